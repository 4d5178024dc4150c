"""The next state of an email that was not accepted, and the bytes of one that is to be sent."""

import structlog
from psycopg import Connection

from services.notifications.bounces.verdicts import judge
from services.notifications.delivery import queries
from services.notifications.delivery.mail_sources import MailSource
from services.notifications.delivery.smtp_transport import DOT_SECONDS, ConnectionLost, MailRefused, ServerUnavailable
from services.notifications.formats.mail_headers import UnsafeText
from services.notifications.messages.queries import MailContext
from services.notifications.rendering.domain import addressee, render
from services.notifications.rendering.mail_settings import MailSettings
from services.notifications.rendering.mime import Head, build
from services.notifications.sending_pause import domain as resting
from services.notifications.sending_pause import queries as rests
from services.notifications.suppressions import domain as suppressions
from shared.failpoints import fail_point
from shared.runtime import settings

log = structlog.get_logger()

# Seconds: the lease of a mail that is being handed over; the waits before a mail that was refused for now, or is in
# doubt, is sent again.
LEASE = DOT_SECONDS + 30
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
DOUBT_WAIT = 5.0


class SendingPaused(ServerUnavailable):
    """The server has refused us in the place of several recipients: all senders rest."""


class NotRendered(Exception):
    """A mail could not be written, by a mistake of ours: it waits, others go on."""


def settle(conn: Connection, mail: MailContext, error: UnsafeText | NotRendered | MailRefused | ConnectionLost) -> str:
    """Bring a mail that was not accepted to its next state, and give that: it has failed, or is tried again. Raises
    SendingPaused where the server refuses us for good reason to rest; the mail then waits as if nothing had been.
    """
    if isinstance(error, UnsafeText):
        queries.mark_failed(conn, mail.id, mail.fence, reply=None, reason=str(error))
        return "failed"
    if not isinstance(error, MailRefused):
        return _postpone(conn, mail, reply=None, reason=str(error)) or "lost"
    verdict = judge(error.reply)
    if verdict == "policy":
        return _settle_refusal_of_us(conn, mail, error)
    if verdict == "hard" and error.of_recipient:
        suppressions.suppress(conn, mail.email, reason="bounce", detail=error.reply)
    return _refuse(conn, mail, error, "refused by the mail server") or "lost"


def _settle_refusal_of_us(conn: Connection, mail: MailContext, error: MailRefused) -> str:
    """A server has something against us, and nothing against the recipient."""
    with conn.transaction():
        rests.lock_refusals(conn)
        state = _refuse(conn, mail, error, "the mail server refuses us, not the recipient")
        rest = bool(state) and resting.note_refusal(conn, mail.id, domains=settings().refusing_domains)
        fail_point("mail.after_refusal")
    if rest:
        raise SendingPaused("it refuses us")
    return state or "lost"


def _refuse(conn: Connection, mail: MailContext, error: MailRefused, reason: str) -> str | None:
    """The new state of a mail that the server has refused; None where it is no longer ours."""
    if not error.permanent:
        return _postpone(conn, mail, reply=error.reply, reason=f"{reason}, for now")
    return "failed" if queries.mark_failed(conn, mail.id, mail.fence, reply=error.reply, reason=reason) else None


def write(mail: MailContext, source: MailSource | None, mail_settings: MailSettings) -> bytes:
    """The bytes of the mail. Raises UnsafeText, or NotRendered."""
    head = Head(
        id=mail.id,
        date=mail.dated_at,
        sender=mail_settings.sender,
        recipient=addressee(mail),
        reply_to=mail_settings.reply_to,
        again=mail.doubts > 0,
    )
    try:
        return build(head, render(mail, source, mail_settings))
    except UnsafeText:
        raise
    except Exception as error:  # whatever it is, it must not keep the other mails
        log.error("mail not rendered", message_id=str(mail.id), kind=mail.kind, error=type(error).__name__)
        raise NotRendered(f"not rendered: {type(error).__name__}") from None


def _postpone(conn: Connection, mail: MailContext, *, reply: str | None, reason: str) -> str | None:
    """The new state; None where it is no longer ours."""
    return queries.mark_retry(
        conn, mail.id, mail.fence, reply=reply, reason=reason, first_wait=FIRST_WAIT, longest_wait=LONGEST_WAIT
    )
