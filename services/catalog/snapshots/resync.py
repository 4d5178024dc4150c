"""Republishing the catalog's state after a restore, when other services hold later revisions."""

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
