"""One claimed mail on its way to the mail server, such that a crash at any instant loses none and doubles none, but for
the one case that nobody can decide.

The order of steps is what makes it so: claim (committed), MAIL, RCPT, DATA and the body, `handing_over` (committed),
the final dot, the reply, `sent` (committed). Without the dot no server accepts a mail, so until it a mail can be sent
again as if nothing had been. Between the dot and the last commit only the server knows: such a mail is in doubt, and is
sent once more under the same Message-ID.
"""

import structlog
from psycopg import Connection

from services.notifications.delivery import queries
from services.notifications.delivery.transport import DOT_SECONDS, LineLost, Refused, Transport, Unavailable
from services.notifications.messages.about import About
from services.notifications.messages.domain import overtaken
from services.notifications.messages.queries import Facts
from services.notifications.rendering.addresses import UnsafeText
from services.notifications.rendering.domain import addressee, render
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.rendering.mime import Head, build
from services.notifications.resting import domain as resting
from services.notifications.resting import queries as rests
from services.notifications.suppressions import domain as suppressions
from services.notifications.suppressions.verdicts import judge
from shared import tracing
from shared.failpoints import fail_point
from shared.runtime import settings

log = structlog.get_logger()

# Seconds: the lease of a mail that is being handed over; the waits before a mail that was refused for now, or is in
# doubt, is sent again.
LEASE = DOT_SECONDS + 30
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
DOUBT_WAIT = 5.0


class Resting(Unavailable):
    """The server has refused us in the place of several recipients: all senders rest."""


class NotRendered(Exception):
    """A mail could not be written, by a mistake of ours: it waits, others go on."""


def deliver(conn: Connection, transport: Transport, facts: Facts, about: About | None, letterhead: Letterhead) -> str:
    """Bring a claimed mail to its next state, and give that. `conn` is the sender's own, in autocommit mode.

    Raises Unavailable where the server takes nobody's mail; the claim is then as it was.
    """
    if overtaken_by := overtaken(facts, about):
        queries.mark_superseded(conn, facts.id, facts.fence, reason=overtaken_by)
        return "superseded"
    try:
        with tracing.span("SMTP send", "client", parent=facts.traceparent, attributes=transport.about) as span:
            state = _hand_over(conn, transport, facts, about, letterhead)
            if span:
                span.set_attributes({"convene.mail.id": str(facts.id), "convene.mail.kind": facts.kind})
                span.set_attribute("convene.mail.state", state)
        return state
    except (UnsafeText, NotRendered, Refused, LineLost) as error:
        return settle(conn, facts, error)


def settle(conn: Connection, facts: Facts, error: UnsafeText | NotRendered | Refused | LineLost) -> str:
    """Bring a mail that was not accepted to its next state, and give that: it has failed, or is tried again. Raises
    Resting where the server refuses us for good reason to rest; the mail then waits as if nothing had been.
    """
    if isinstance(error, UnsafeText):
        queries.mark_failed(conn, facts.id, facts.fence, reply=None, reason=str(error))
        return "failed"
    if not isinstance(error, Refused):
        return _postpone(conn, facts, reply=None, reason=str(error)) or "lost"
    verdict = judge(error.reply)
    if verdict == "policy":
        return _settle_refusal_of_us(conn, facts, error)
    if verdict == "hard" and error.of_recipient:
        suppressions.suppress(conn, facts.email, reason="bounce", detail=error.reply)
    return _refuse(conn, facts, error, "refused by the mail server") or "lost"


def _settle_refusal_of_us(conn: Connection, facts: Facts, error: Refused) -> str:
    """A server has something against us, and nothing against the recipient."""
    with conn.transaction():
        rests.take_turns(conn)
        state = _refuse(conn, facts, error, "the mail server refuses us, not the recipient")
        rest = bool(state) and resting.note_refusal(conn, facts.id, domains=settings().refusing_domains)
        fail_point("mail.after_refusal")
    if rest:
        raise Resting("it refuses us")
    return state or "lost"


def _refuse(conn: Connection, facts: Facts, error: Refused, reason: str) -> str | None:
    """The new state of a mail that the server has refused; None where it is no longer ours."""
    if not error.permanent:
        return _postpone(conn, facts, reply=error.reply, reason=f"{reason}, for now")
    return "failed" if queries.mark_failed(conn, facts.id, facts.fence, reply=error.reply, reason=reason) else None


def _hand_over(
    conn: Connection, transport: Transport, facts: Facts, about: About | None, letterhead: Letterhead
) -> str:
    sender, recipient = letterhead.sender, addressee(facts)
    content = write(facts, about, letterhead)
    transport.hand_in(sender.address, recipient.address, content, envelope_id=str(facts.id))
    fail_point("mail.before_handing_over")
    if not queries.mark_handing_over(conn, facts.id, facts.fence, recipient=recipient.address, lease=LEASE):
        transport.close()  # without the dot: whoever has the mail now sends it
        return "lost"
    fail_point("mail.before_dot")
    try:
        reply = transport.finish()
    except LineLost as error:
        queries.mark_in_doubt(conn, facts.id, facts.fence, reason=f"{error} after the final dot", wait=DOUBT_WAIT)
        return "in_doubt"
    fail_point("mail.after_reply")
    queries.mark_sent(conn, facts.id, facts.fence, reply=reply)
    return "sent"


def write(facts: Facts, about: About | None, letterhead: Letterhead) -> bytes:
    """The bytes of the mail. Raises UnsafeText, or NotRendered."""
    head = Head(
        id=facts.id,
        date=facts.dated_at,
        sender=letterhead.sender,
        recipient=addressee(facts),
        reply_to=letterhead.reply_to,
        again=facts.doubts > 0,
    )
    try:
        return build(head, render(facts, about, letterhead))
    except UnsafeText:
        raise
    except Exception as error:  # whatever it is, it must not keep the other mails
        log.error("mail not rendered", message_id=str(facts.id), kind=facts.kind, error=type(error).__name__)
        raise NotRendered(f"not rendered: {type(error).__name__}") from None


def _postpone(conn: Connection, facts: Facts, *, reply: str | None, reason: str) -> str | None:
    """The new state; None where it is no longer ours."""
    return queries.mark_retry(
        conn, facts.id, facts.fence, reply=reply, reason=reason, first_wait=FIRST_WAIT, longest_wait=LONGEST_WAIT
    )
