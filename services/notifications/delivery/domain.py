"""One claimed mail on its way to the mail server, such that a crash at any instant loses none and doubles none, but for
the one case that nobody can decide.

The order of steps is what makes it so: claim (committed), MAIL, RCPT, DATA and the body, `handing_over` (committed),
the final dot, the reply, `sent` (committed). Without the dot no server accepts a mail, so until it a mail can be sent
again as if nothing had been. Between the dot and the last commit only the server knows: such a mail is in doubt, and is
sent once more under the same Message-ID.
"""

from dataclasses import dataclass, field

import structlog
from psycopg import Connection

from services.notifications.delivery import queries
from services.notifications.delivery.transport import DOT_SECONDS, LineLost, Refused, Transport
from services.notifications.messages.domain import overtaken
from services.notifications.messages.queries import Facts
from services.notifications.programme.queries import Session
from services.notifications.rendering.addresses import UnsafeText, parse_mailbox
from services.notifications.rendering.domain import addressee, render
from services.notifications.rendering.links import Links
from services.notifications.rendering.mime import Head, build
from services.notifications.rendering.overrides import Overrides
from services.notifications.settings import NotificationsSettings
from services.notifications.suppressions import domain as suppressions
from shared.failpoints import passing

log = structlog.get_logger()

# Seconds: the lease of a mail that is being handed over; the waits before a mail that was refused for now, or is in
# doubt, is sent again.
LEASE = DOT_SECONDS + 30
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
DOUBT_WAIT = 5.0


class NotRendered(Exception):
    """A mail could not be written, by a mistake of ours: it waits, others go on."""


@dataclass(frozen=True)
class Desk:
    """Where mails are written: the settings of who sends them, and how staff word them."""

    settings: NotificationsSettings
    overrides: Overrides = field(default_factory=Overrides)


def deliver(conn: Connection, transport: Transport, facts: Facts, session: Session | None, desk: Desk) -> str:
    """Bring a claimed mail to its next state, and give that. `conn` is the sender's own, in autocommit mode.

    Raises Unavailable where the server takes nobody's mail; the claim is then as it was.
    """
    row = (conn, facts.id, facts.fence)
    if overtaken_by := overtaken(facts, session):
        queries.mark_superseded(*row, reason=overtaken_by)
        return "superseded"
    try:
        return _hand_over(conn, transport, facts, session, desk)
    except UnsafeText as error:
        queries.mark_failed(*row, reply=None, reason=str(error))
        return "failed"
    except Refused as refusal:
        if refusal.permanent:
            if refusal.of_recipient and suppressions.is_gone(refusal.reply):
                suppressions.suppress(conn, facts.email, reason="bounce", detail=refusal.reply)
            queries.mark_failed(*row, reply=refusal.reply, reason="refused by the mail server")
            return "failed"
        return _postpone(conn, facts, reply=refusal.reply, reason="refused by the mail server for now")
    except (LineLost, NotRendered) as error:
        return _postpone(conn, facts, reply=None, reason=str(error))


def _hand_over(conn: Connection, transport: Transport, facts: Facts, session: Session | None, desk: Desk) -> str:
    sender, recipient = parse_mailbox(desk.settings.mail_from), addressee(facts)
    content = write(facts, session, desk)
    transport.hand_in(sender.address, recipient.address, content)
    passing("mail.before_handing_over")
    if not queries.mark_handing_over(conn, facts.id, facts.fence, recipient=recipient.address, lease=LEASE):
        transport.close()  # without the dot: whoever has the mail now sends it
        return "lost"
    passing("mail.before_dot")
    try:
        reply = transport.finish()
    except LineLost as error:
        queries.mark_in_doubt(conn, facts.id, facts.fence, reason=f"{error} after the final dot", wait=DOUBT_WAIT)
        return "in_doubt"
    passing("mail.after_reply")
    queries.mark_sent(conn, facts.id, facts.fence, reply=reply)
    return "sent"


def write(facts: Facts, session: Session | None, desk: Desk) -> bytes:
    """The bytes of the mail. Raises UnsafeText, or NotRendered."""
    settings = desk.settings
    sender = parse_mailbox(settings.mail_from)
    head = Head(
        id=facts.id,
        date=facts.dated_at,
        sender=sender,
        recipient=addressee(facts),
        reply_to=parse_mailbox(settings.reply_to) if settings.reply_to else None,
        again=facts.doubts > 0,
    )
    try:
        return build(head, render(facts, session, links=Links(settings), sender=sender, overrides=desk.overrides))
    except UnsafeText:
        raise
    except Exception as error:  # whatever it is, it must not keep the other mails
        log.error("mail not rendered", message_id=str(facts.id), kind=facts.kind, error=type(error).__name__)
        raise NotRendered(f"not rendered: {type(error).__name__}") from None


def _postpone(conn: Connection, facts: Facts, *, reply: str | None, reason: str) -> str:
    state = queries.mark_retry(
        conn, facts.id, facts.fence, reply=reply, reason=reason, first_wait=FIRST_WAIT, longest_wait=LONGEST_WAIT
    )
    return state or "lost"
