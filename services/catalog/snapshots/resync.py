"""How the catalog says again what it publishes, once it was restored and others hold later states."""

from services.catalog.recordings.queries import raise_recording
from services.catalog.snapshots.queries import raise_entry
from shared.events import catalog as events
from shared.messaging.resync import ResyncRule

RESYNC_RULES = {
    "initiative": ResyncRule(events.InitiativeUpdated, raise_entry),
    "series": ResyncRule(events.SeriesUpdated, raise_entry),
    "session": ResyncRule(events.SessionUpdated, raise_entry),
    "announcement": ResyncRule(events.AnnouncementUpdated, raise_entry),
    "recording": ResyncRule(events.RecordingPublished, raise_recording),
}
