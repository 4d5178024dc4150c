"""Publishing again what something is now.

Each gets its next revision, as if it had changed: copies apply only what is newer than what they hold, an event's id
and its revision are used once, and so a copy is put right whatever it holds, with no rule of its own
(docs/decisions/0006-snapshots.md).
"""

from uuid import UUID

from psycopg import Connection

from services.catalog.publishing.domain import Write
from services.catalog.publishing.families import KINDS
from services.catalog.recordings import domain as recordings
from services.catalog.recordings.queries import raise_recording
from services.catalog.snapshots import queries
from shared.database import allow
from shared.errors import NotFound

RECORDING = "recording"
TYPES = (*KINDS, RECORDING)
# Seconds that saying a whole type again may take.
PATIENCE = 600


def find(conn: Connection, kind: str, ids: list[UUID] | None) -> list[UUID]:
    """What `send` would say again: entries' ids; of recordings, those of their sessions. Raises NotFound where nothing
    of the kind, or not each of these ids, was ever published.
    """
    found = queries.select_recorded(conn, ids) if kind == RECORDING else queries.select_published(conn, kind, ids)
    if not found or (ids is not None and len(found) < len(set(ids))):
        raise NotFound(f"No {kind} was published that has such an id." if ids else f"No {kind} was ever published.")
    return found


def send(conn: Connection, kind: str, ids: list[UUID] | None) -> int:
    """Publish again what is, or was, public of a kind, or these of it; how many. Raises NotFound."""
    allow(conn, PATIENCE)
    write = Write(conn)
    found = find(conn, kind, ids)
    if kind != RECORDING:
        write.say_again(KINDS[kind], found)
        return len(found)
    for session_id in found:
        raise_recording(conn, session_id)
        recordings.tell(conn, session_id)
    return len(found)
