"""The rule by which mails that a restored database thinks unsent are told from those that are."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.notifications.reminders import queries as reminders
from services.notifications.reminders.queries import BATCH, INVITATION_DAYS
from services.notifications.restorations import queries
from shared.errors import Conflict
from shared.messaging import restorations


def settle_mails(conn: Connection, *, sent: Sequence[UUID], send_rest: bool) -> dict[str, Any]:
    """Decide on every mail that was due before the restore, and let the sender go on: `sent` are known to have come,
    the others wait for staff, or go out with `send_rest`. Does nothing where no restore waits to be settled.

    Raises Conflict (not-at-rest) while events are still to be handled that may make such mails due.
    """
    noted = restorations.lock_open(conn)
    if noted is None:
        return {"settled": False, "known_sent": 0, "held": 0, "going_out": 0, "held_mails": []}
    if waiting := queries.count_unsettled(conn, noted.noted_at):
        raise Conflict(
            f"{waiting} events or issues are still to be worked off, and may make more mails due: try again soon.",
            problem="not-at-rest",
        )
    _make_reminders_due(conn)
    known = queries.mark_known_sent(conn, sent, noted_at=noted.noted_at)
    held = [] if send_rest else queries.hold(conn, noted_at=noted.noted_at)
    going_out = queries.count_due(conn, noted_at=noted.noted_at)
    restorations.settle(conn)
    queries.wake_sender(conn)
    return {
        "settled": True,
        "restored_to": noted.restored_to,
        "known_sent": len(known),
        "held": len(held),
        "going_out": going_out,
        "held_by_kind": Counter(mail.kind for mail in held),
        "held_mails": [mail.id for mail in held],
    }


def _make_reminders_due(conn: Connection) -> None:
    """Those whose moment came before the restore, and that the clock's job has not come to yet."""
    while reminders.insert_due_of_sessions(conn, limit=BATCH):
        pass
    while reminders.insert_due_of_invitations(conn, days=INVITATION_DAYS, limit=BATCH):
        pass
