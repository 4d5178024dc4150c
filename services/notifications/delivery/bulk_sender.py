"""Mails of an issue on their way, a handful at a time: what makes one of them cheap is that it shares each step.

The order of steps is that of `services.notifications.delivery.domain`, for a handful of mails instead of one: all of
them are `handing_over`, committed; each is sent; all are `sent`, committed. While the database commits, the mails are
written that come next. So where a sender is killed two handfuls of an issue's mails at most are in doubt, and wait for
staff; where only the line breaks, it is one mail.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

from psycopg import Connection

from services.notifications.delivery import queries
from services.notifications.delivery.domain import DOUBT_WAIT, LEASE, NotRendered, settle, write
from services.notifications.delivery.mail_sources import MailSource
from services.notifications.delivery.smtp_transport import ConnectionLost, MailRefused, ServerUnavailable, Transport
from services.notifications.delivery.supersession import superseded_reason
from services.notifications.formats.mail_headers import UnsafeText
from services.notifications.messages.queries import MailContext
from services.notifications.rendering.domain import addressee
from services.notifications.rendering.mail_settings import MailSettings
from services.notifications.sending_pause import queries as rests
from shared.failpoints import fail_point

BATCH_SIZE = 20

Outcome = tuple[MailContext, str]


class BulkSender:
    """Delivers claimed mails of issues, on the sender's own connection, which is in autocommit mode. One thread's own,
    within a `with`: at its end all that was sent is known to be.
    """

    def __init__(
        self, conn: Connection, transport: Transport, source: Mapping[UUID, MailSource], mail_settings: MailSettings
    ) -> None:
        self.conn = conn
        self.transport = transport
        self.source = source
        self.mail_settings = mail_settings
        self.clerk = ThreadPoolExecutor(1, "clerk")
        self.noted: Future[None] | None = None
        self.accepted = False  # of this handful, since a refusal was last counted

    def __enter__(self) -> "BulkSender":
        return self

    def __exit__(self, *_error: object) -> None:
        self.clerk.shutdown()
        if self.noted:
            self.noted.result()

    def deliver(self, mails: Sequence[MailContext]) -> list[Outcome]:
        """Bring a handful of mails to their next states. One is `sent` for good once the next handful is on its way.

        Raises ServerUnavailable if the server accepts no mail at all;
        """
        reasons = {mail.id: superseded_reason(mail, self.source.get(mail.id)) for mail in mails}
        due = [mail for mail in mails if not reasons[mail.id]]
        claims = [(mail.id, mail.fence) for mail in due]
        taking = self.clerk.submit(queries.mark_all_handing_over, self.conn, claims, lease=LEASE)
        written = {mail.id: self._write(mail) for mail in due}
        ours = taking.result()
        if self.noted:
            self.noted.result()  # was before it in line
        outcomes = [(mail, self._supersede(mail, reason)) for mail in mails if (reason := reasons[mail.id])]
        outcomes += [(mail, "lost") for mail in due if mail.id not in ours]
        return outcomes + self._send([(mail, written[mail.id]) for mail in due if mail.id in ours])

    def _write(self, mail: MailContext) -> bytes | UnsafeText | NotRendered:
        try:
            return write(mail, self.source.get(mail.id), self.mail_settings)
        except (UnsafeText, NotRendered) as error:
            return error

    def _supersede(self, mail: MailContext, reason: str) -> str:
        queries.mark_superseded(self.conn, mail.id, mail.fence, reason=reason)
        return "superseded"

    def _send(self, mails: list[tuple[MailContext, bytes | UnsafeText | NotRendered]]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        sent: list[tuple[UUID, int, str]] = []
        begun = 0
        try:
            for mail, content in mails:
                self.transport.make_ready()
                begun += 1
                outcomes.append((mail, self._send_one(mail, content, sent)))
        except ServerUnavailable:
            begun = len(outcomes)
            raise
        finally:
            # Whatever ended this: what was sent is noted, and what was not begun with is not in doubt.
            self.noted = self.clerk.submit(queries.mark_all_sent, self.conn, sent, ends_rest=self.accepted)
            self.accepted = False
            queries.return_unsent(self.conn, [(mail.id, mail.fence) for mail, _ in mails[begun:]])
        return outcomes

    def _send_one(
        self, mail: MailContext, content: bytes | UnsafeText | NotRendered, sent: list[tuple[UUID, int, str]]
    ) -> str:
        """What became of one mail; where it was sent, it is added to those that are to be noted."""
        if not isinstance(content, bytes):
            return settle(self.conn, mail, content)
        try:
            sender, recipient = self.mail_settings.sender.address, addressee(mail).address
            self.transport.hand_in(sender, recipient, content, envelope_id=str(mail.id))
        except (MailRefused, ConnectionLost) as error:
            return self._settle(mail, error)
        fail_point("mail.before_dot")
        try:
            sent.append((mail.id, mail.fence, self.transport.finish()))
            self.accepted = True
        except MailRefused as refusal:
            return self._settle(mail, refusal)
        except ConnectionLost as error:
            reason = f"{error} after the final dot"
            queries.mark_in_doubt(self.conn, mail.id, mail.fence, reason=reason, wait=DOUBT_WAIT)
            return "in_doubt"
        fail_point("mail.after_reply")
        return "sent"

    def _settle(self, mail: MailContext, error: MailRefused | ConnectionLost) -> str:
        """As `settle`, once it is noted that mails were accepted before this one."""
        if self.accepted:
            rests.end(self.conn)
            self.accepted = False
        return settle(self.conn, mail, error)
