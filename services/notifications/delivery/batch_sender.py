"""Hands claimed emails to the mail server. A crash at any instant loses none and doubles none, but for one case that
nobody can decide.

The order of steps makes it so: claim (committed); MAIL, RCPT, DATA and the body of the first email; `handing_over` for
all of the batch (committed); the final dot and the server's reply; the other emails of the batch, each to its reply;
`sent` for all of them (committed). No server accepts an email without its dot, so until `handing_over` every email can
be sent again as if nothing had been. Between a dot and the last commit only the server knows: such an email is in
doubt.

An email to one person is a batch of one. Emails of a newsletter issue share the commits, and are written while the
database commits. What was sent of an issue is recorded while the next batch is on its way, so if a sender is killed,
the emails of two batches at most are in doubt; of emails to one person, one.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

from psycopg import Connection

from services.notifications.delivery import queries
from services.notifications.delivery.domain import DOUBT_WAIT, LEASE, LOST, NotRendered, SendOutcome, settle, write
from services.notifications.delivery.mail_sources import MailSource
from services.notifications.delivery.queries import Claim, SentMail
from services.notifications.delivery.smtp_transport import ConnectionLost, MailRefused, ServerUnavailable, Transport
from services.notifications.delivery.supersession import superseded_reason
from services.notifications.formats.mail_headers import UnsafeText
from services.notifications.messages.mail_context_queries import MailContext
from services.notifications.messages.message_states import IN_DOUBT, SENT, SUPERSEDED
from services.notifications.rendering.domain import addressee
from services.notifications.rendering.mail_settings import MailSettings
from services.notifications.sending_pause import queries as rests
from shared import tracing
from shared.failpoints import fail_point

BATCH_SIZE = 20

Written = bytes | UnsafeText | NotRendered


class BatchSender:
    """Delivers batches of claimed emails on the sender's own connection, which is in autocommit mode.

    One thread's own, within a `with`: at its end everything that was sent is recorded.
    """

    def __init__(
        self,
        conn: Connection,
        transport: Transport,
        source: Mapping[UUID, MailSource],
        mail_settings: MailSettings,
        *,
        refusing_domains: int,
    ) -> None:
        """Sending pauses after refusals of us by `refusing_domains` recipient domains in a row."""
        self.conn = conn
        self.transport = transport
        self.source = source
        self.mail_settings = mail_settings
        self.refusing_domains = refusing_domains
        self.recorder = ThreadPoolExecutor(1, "recorder")
        self.recorded: Future[None] | None = None
        self.accepted = False  # since a refusal was last counted

    def __enter__(self) -> "BatchSender":
        return self

    def __exit__(self, *_error: object) -> None:
        self.recorder.shutdown()
        self._await_recorded()

    def deliver(self, mails: Sequence[MailContext]) -> list[tuple[MailContext, SendOutcome]]:
        """Brings a batch to its next states; `sent` of several emails is recorded while the next batch is on its way.

        Raises ServerUnavailable if the server accepts no email at all.
        """
        reasons = {mail.id: superseded_reason(mail, self.source.get(mail.id)) for mail in mails}
        outcomes: list[tuple[MailContext, SendOutcome]] = [
            (mail, self._supersede(mail, reason)) for mail in mails if (reason := reasons[mail.id])
        ]
        batch = _Batch(self, [mail for mail in mails if not reasons[mail.id]])
        try:
            while batch.waiting:
                self.transport.make_ready()
                mail = batch.waiting.pop(0)
                outcomes.append((mail, self._send(mail, batch)))
        finally:  # whatever ended this
            self._record(batch)
        return outcomes

    def _supersede(self, mail: MailContext, reason: str) -> SendOutcome:
        queries.mark_superseded(self.conn, mail.id, mail.fence, reason=reason)
        return SUPERSEDED

    def _send(self, mail: MailContext, batch: "_Batch") -> SendOutcome:
        """Brings one email to its next state, and returns that."""
        with tracing.span(
            "SMTP send", "client", parent=mail.traceparent, attributes=self.transport.trace_attributes
        ) as span:
            state = self._hand_over(mail, batch)
            if span:
                span.set_attributes({"convene.mail.id": str(mail.id), "convene.mail.kind": mail.kind})
                span.set_attribute("convene.mail.state", state)
        return state

    def _hand_over(self, mail: MailContext, batch: "_Batch") -> SendOutcome:
        content = batch.take_content(mail)
        if not batch.may_send(mail):
            return LOST
        if not isinstance(content, bytes):
            return self._settle(mail, content)
        try:
            sender, recipient = self.mail_settings.sender.address, addressee(mail).address
            self.transport.hand_in(sender, recipient, content, envelope_id=str(mail.id))
        except ServerUnavailable:
            batch.waiting.insert(0, mail)  # nobody's email is to blame
            raise
        except (MailRefused, ConnectionLost) as error:
            return self._settle(mail, error)
        fail_point("mail.before_handing_over")
        if not batch.mark_handing_over(mail):
            self.transport.close()  # without the dot: the sender that has the email now sends it
            return LOST
        fail_point("mail.before_dot")
        return self._finish(mail, batch)

    def _finish(self, mail: MailContext, batch: "_Batch") -> SendOutcome:
        try:
            batch.sent.append(SentMail(mail.id, mail.fence, self.transport.finish()))
        except MailRefused as refusal:
            return self._settle(mail, refusal)
        except ConnectionLost as error:
            reason = f"{error} after the final dot"
            queries.mark_in_doubt(self.conn, mail.id, mail.fence, reason=reason, wait=DOUBT_WAIT)
            return IN_DOUBT
        self.accepted = True
        fail_point("mail.after_reply")
        return SENT

    def _settle(self, mail: MailContext, error: UnsafeText | NotRendered | MailRefused | ConnectionLost) -> SendOutcome:
        """Settles an email that was not accepted, once it is recorded that others were accepted before it.

        Nothing else may run on the connection meanwhile: it would become part of a transaction that settles a refusal.
        """
        self._await_recorded()
        if self.accepted:
            rests.end(self.conn)
            self.accepted = False
        return settle(self.conn, mail, error, refusing_domains=self.refusing_domains)

    def _await_recorded(self) -> None:
        """Waits until what was sent in the batch before is recorded. Raises what went wrong with that."""
        recorded, self.recorded = self.recorded, None
        if recorded:
            recorded.result()

    def write(self, mail: MailContext) -> Written:
        """Returns the email's bytes, or why it cannot be written."""
        try:
            return write(mail, self.source.get(mail.id), self.mail_settings)
        except (UnsafeText, NotRendered) as error:
            return error

    def mark_handing_over(self, mails: Sequence[MailContext]) -> Future[set[UUID]]:
        """Begins to mark these emails; the result holds those whose claims are still ours."""
        claims = [Claim(mail.id, mail.fence, addressee(mail).address) for mail in mails]
        return self.recorder.submit(queries.mark_handing_over, self.conn, claims, lease=LEASE)

    def _record(self, batch: "_Batch") -> None:
        """Records what was sent; of several emails in the background. Marked ones not begun with are claimed again."""
        self._await_recorded()
        if batch.sent:
            self.recorded = self.recorder.submit(queries.mark_sent, self.conn, batch.sent, ends_rest=self.accepted)
            self.accepted = False
        if batch.size == 1:
            self._await_recorded()
        if batch.marked is not None:
            queries.return_unsent(self.conn, [(mail.id, mail.fence) for mail in batch.waiting])


class _Batch:
    """Emails of a batch: `waiting` are those not begun with, `marked` those marked as `handing_over`, if any are."""

    def __init__(self, sender: BatchSender, mails: list[MailContext]) -> None:
        self.sender = sender
        self.size = len(mails)
        self.waiting = mails
        self.marked: set[UUID] | None = None
        self.sent: list[SentMail] = []
        self.written: dict[UUID, Written] = {}

    def take_content(self, mail: MailContext) -> Written:
        """Returns the written email."""
        return self.written.pop(mail.id) if mail.id in self.written else self.sender.write(mail)

    def may_send(self, mail: MailContext) -> bool:
        """False if the email was to be marked and its claim is no longer ours."""
        return self.marked is None or mail.id in self.marked

    def mark_handing_over(self, mail: MailContext) -> bool:
        """Marks this email, and with the first one all that wait; False if its claim is no longer ours."""
        if self.marked is None:
            marking = self.sender.mark_handing_over([mail, *self.waiting])
            self.written = {one.id: self.sender.write(one) for one in self.waiting}
            self.marked = marking.result()
        return mail.id in self.marked
