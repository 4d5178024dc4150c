"""When sending rests because the mail server refuses us, and how it goes on.

A refusal of us (see `services.notifications.bounces.verdicts`) fails its mail alone, as any other. Where such
refusals come from several recipient domains in a row, and no mail was accepted in between, no mail is to blame: all of
that row get their attempts back and wait, and senders hand in one mail at a time, after pauses that grow. The first
that is accepted ends the rest, and all go out.

The row and the rest are rows of the database, so it is one count for all workers, and outlives any of them.
"""

from uuid import UUID

import structlog
from psycopg import Connection

from services.notifications.sending_pause import queries

log = structlog.get_logger()

# Seconds between two mails by which it is tried whether the rest is over.
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


def note_refusal(conn: Connection, message_id: UUID, *, domains: int) -> bool:
    """A mail has failed, or waits, since the server refuses us; whether sending rests now: then it waits again.

    Within the transaction that marked the mail; `take_turns` came before.
    """
    queries.add(conn, message_id)
    if queries.is_paused(conn):
        queries.hold(conn, resting=True)
        return True
    if queries.count_domains(conn) < domains:
        return False
    if not queries.hold(conn, resting=False):
        queries.end(conn)  # all of them are too old to wait: they have failed, each alone
        return False
    queries.begin(conn, message_id, pause=SHORTEST_PAUSE)
    log.error("mail server refuses us, sending rests", message_id=str(message_id), domains=domains)
    return True


def claim(conn: Connection, *, number: int, lease: float) -> list[UUID] | None:
    """While sending rests: the mail to try it with, or none where that is not due. None where it does not rest."""
    if not queries.is_paused(conn):
        return None
    with conn.transaction():
        if not queries.lock_due_probe(conn):
            return []
        if claimed := queries.claim_probe(conn, number=number, lease=lease):
            queries.put_off(conn, shortest=SHORTEST_PAUSE, longest=LONGEST_PAUSE)
        return claimed
