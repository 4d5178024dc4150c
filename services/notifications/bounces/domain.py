"""Mails that came back: which notices count, and what follows from them.

A notice is believed only about a mail that we sent, to the one to whom we sent it: it names that mail by its Message-ID
or envelope id, which nobody knows but who got it or handed it on. Whoever can write to the mailbox of MAIL_FROM could
silence anybody else.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from psycopg import Connection

from services.notifications.bounces import queries
from services.notifications.bounces.delivery_reports import DeliveryReport, FailedRecipient
from services.notifications.suppressions import domain as suppressions
from shared.errors import Invalid

log = structlog.get_logger()

UNPROVEN = "It names no mail that we sent to this address: neither by its Message-ID nor by its envelope id."


@dataclass(frozen=True)
class BounceResult:
    """How many addresses get no more mail, and why what else was said has no effect."""

    suppressed: int
    ignored: tuple[str, ...] = ()


def apply_report(conn: Connection, notice: DeliveryReport) -> BounceResult:
    """Suppress the addresses that a notification says do not exist, as far as it is about mails of ours."""
    if not notice.failures:
        return BounceResult(0)
    sent = queries.select_mailed(conn, notice.ids)
    suppressed, ignored = 0, []
    for failure in notice.failures:
        mailed = next((id for id, email in sent.items() if email in _folded(failure)), None)
        if mailed is None:
            ignored.append(UNPROVEN)
        else:
            suppressed += _follow(conn, failure, mailed, sent[mailed])
    if ignored:
        log.warning("notice of a mail that is not ours", failures=len(ignored))
    return BounceResult(suppressed, tuple(ignored))


def is_mailed(conn: Connection, id: UUID, email: str) -> bool:
    """Whether we sent this message to this address."""
    return queries.select_mailed(conn, [id]).get(id) == suppressions.fold(email)


def _follow(conn: Connection, failure: FailedRecipient, id: UUID, email: str) -> bool:
    log.info("mail came back", message_id=str(id), verdict=failure.verdict)
    if failure.verdict != "hard":
        return False
    return suppressions.suppress(conn, email, reason="bounce", detail=failure.said)


def _folded(failure: FailedRecipient) -> set[str]:
    folded = set[str]()
    for address in failure.addresses:
        try:
            folded.add(suppressions.fold(address))
        except Invalid:  # what no mail could go to is none that we mailed
            continue
    return folded
