"""How the catalog says again what it publishes, once it was restored and others hold later states."""

from services.catalog.publishing.queries import raise_entry
from services.catalog.recordings.queries import raise_recording
from shared.events import catalog as events
from shared.messaging.restating import Restated

RESTATED = {
    "initiative": Restated(events.InitiativeUpdated, raise_entry),
    "series": Restated(events.SeriesUpdated, raise_entry),
    "session": Restated(events.SessionUpdated, raise_entry),
    "announcement": Restated(events.AnnouncementUpdated, raise_entry),
    "recording": Restated(events.RecordingPublished, raise_recording),
}
