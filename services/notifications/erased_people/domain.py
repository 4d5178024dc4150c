"""Drop events about people who were erased."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from psycopg import Connection

from services.notifications.erased_people import queries
from shared.events.envelope import Envelope
from shared.messaging.erasure import blank_events

log = structlog.get_logger()


def drop_erased(conn: Connection, happened: Sequence[tuple[UUID, Envelope]]) -> set[UUID]:
    """Those of these people, each with an event about them, who are erased. Their events are not taken in: nothing of
    them stays but their ids, which the log tells.
    """
    erased = queries.select_erased(conn, {person_id for person_id, _ in happened})
    for person_id, envelope in happened:
        if person_id in erased:
            log.info(
                "event about an erased person dropped",
                type=envelope.type,
                event_id=str(envelope.id),
                person_id=str(person_id),
            )
            blank_events(conn, envelope.source, [envelope.id])
    return erased


def is_erased(conn: Connection, person_id: UUID, envelope: Envelope) -> bool:
    """Whether the person of this event is erased; then it is dropped, as `drop_erased` does."""
    return bool(drop_erased(conn, [(person_id, envelope)]))
