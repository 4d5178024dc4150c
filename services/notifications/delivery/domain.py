"""The next state of an email that was not accepted, and the bytes of one that is to be sent."""

from typing import Literal

import structlog
from psycopg import Connection

from services.notifications.bounces.verdicts import judge
from services.notifications.delivery import queries
from services.notifications.delivery.mail_sources import MailSource
from services.notifications.delivery.smtp_transport import DOT_SECONDS, ConnectionLost, MailRefused, ServerUnavailable
from services.notifications.formats.mail_headers import UnsafeText
from services.notifications.messages.mail_context_queries import MailContext
from services.notifications.messages.message_states import FAILED, MessageState
from services.notifications.rendering.domain import addressee, render
from services.notifications.rendering.mail_settings import MailSettings
from services.notifications.rendering.mime import Head, build
from services.notifications.sending_pause import domain as resting
from services.notifications.sending_pause import queries as rests
from services.notifications.suppressions import domain as suppressions
from shared.failpoints import fail_point
from shared.work_queue import Backoff

log = structlog.get_logger()

# The new state of an email, or that its claim ended before this sender was done with it.
SendOutcome = MessageState | Literal["lost"]
LOST: Literal["lost"] = "lost"

# Seconds: the lease of an email that is being handed over, and the wait before one that is in doubt is sent again.
LEASE = DOT_SECONDS + 30
DOUBT_WAIT = 5.0
# The waits before an email that was refused for now is sent again.
BACKOFF = Backoff(pauses=(5.0, 20.0, 80.0, 320.0, 1280.0, 3600.0), jitter=(0.75, 1.0))


class SendingPaused(ServerUnavailable):
    """The server refused us for recipients of several domains in a row: all senders pause."""


class NotRendered(Exception):
    """An email could not be written because of a mistake of ours: it waits, others go on."""


def settle(
    conn: Connection,
    mail: MailContext,
    error: UnsafeText | NotRendered | MailRefused | ConnectionLost,
    *,
    refusing_domains: int,
) -> SendOutcome:
    """Brings an email that was not accepted to its next state, and returns that: it has failed, or is tried again.

    Raises SendingPaused if the server refuses us and so many recipient domains did in a row; the email then waits as
    if nothing had been.
    """
    if isinstance(error, UnsafeText):
        queries.mark_failed(conn, mail.id, mail.fence, reply=None, reason=str(error))
        return FAILED
    if not isinstance(error, MailRefused):
        return _postpone(conn, mail, reply=None, reason=str(error)) or LOST
    verdict = judge(error.reply)
    if verdict == "policy":
        return _settle_refusal_of_us(conn, mail, error, domains=refusing_domains)
    if verdict == "hard" and error.of_recipient:
        suppressions.suppress(conn, mail.email, reason="bounce", detail=error.reply)
    return _refuse(conn, mail, error, "refused by the mail server") or LOST


def _settle_refusal_of_us(conn: Connection, mail: MailContext, error: MailRefused, *, domains: int) -> SendOutcome:
    """Settles an email that was refused because of us, not of its recipient; the refusal is counted with it."""
    with conn.transaction():
        rests.lock_refusals(conn)
        state = _refuse(conn, mail, error, "the mail server refuses us, not the recipient")
        pause = bool(state) and resting.note_refusal(conn, mail.id, domains=domains)
        fail_point("mail.after_refusal")
    if pause:
        raise SendingPaused("it refuses us")
    return state or LOST


def _refuse(conn: Connection, mail: MailContext, error: MailRefused, reason: str) -> MessageState | None:
    """Returns the new state of an email that the server has refused, or None if its claim is no longer ours."""
    if not error.permanent:
        return _postpone(conn, mail, reply=error.reply, reason=f"{reason}, for now")
    return FAILED if queries.mark_failed(conn, mail.id, mail.fence, reply=error.reply, reason=reason) else None


def write(mail: MailContext, source: MailSource | None, mail_settings: MailSettings) -> bytes:
    """Returns the bytes of the email. Raises UnsafeText or NotRendered."""
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
    except Exception as error:  # whatever it is, it must not keep the other emails
        log.error("mail not rendered", message_id=str(mail.id), kind=mail.kind, error=type(error).__name__)
        raise NotRendered(f"not rendered: {type(error).__name__}") from None


def _postpone(conn: Connection, mail: MailContext, *, reply: str | None, reason: str) -> MessageState | None:
    """Returns the new state, or None if its claim is no longer ours."""
    wait = BACKOFF.seconds(mail.attempts)
    return queries.mark_retry(conn, mail.id, mail.fence, reply=reply, reason=reason, wait=wait)
