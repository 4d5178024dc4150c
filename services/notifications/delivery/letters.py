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
from services.notifications.delivery.transport import LineLost, Refused, Transport, Unavailable
from services.notifications.messages.about import About
from services.notifications.messages.domain import overtaken
from services.notifications.messages.queries import Facts
from services.notifications.rendering.addresses import UnsafeText
from services.notifications.rendering.domain import addressee
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.resting import queries as rests
from shared.failpoints import fail_point

HANDFUL = 20

Outcome = tuple[Facts, str]


class Postman:
    """Delivers claimed mails of issues, on the sender's own connection, which is in autocommit mode. One thread's own,
    within a `with`: at its end all that was sent is known to be.
    """

    def __init__(
        self, conn: Connection, transport: Transport, about: Mapping[UUID, About], letterhead: Letterhead
    ) -> None:
        self.conn = conn
        self.transport = transport
        self.about = about
        self.letterhead = letterhead
        self.clerk = ThreadPoolExecutor(1, "clerk")
        self.noted: Future[None] | None = None
        self.accepted = False  # of this handful, since a refusal was last counted

    def __enter__(self) -> "Postman":
        return self

    def __exit__(self, *_error: object) -> None:
        self.clerk.shutdown()
        if self.noted:
            self.noted.result()

    def deliver(self, mails: Sequence[Facts]) -> list[Outcome]:
        """Bring a handful of mails to their next states. One is `sent` for good once the next handful is on its way.

        Raises Unavailable where the server takes nobody's mail; those that were not sent are then claimed as they were.
        """
        reasons = {facts.id: overtaken(facts, self.about.get(facts.id)) for facts in mails}
        due = [facts for facts in mails if not reasons[facts.id]]
        claims = [(facts.id, facts.fence) for facts in due]
        taking = self.clerk.submit(queries.mark_all_handing_over, self.conn, claims, lease=LEASE)
        written = {facts.id: self._write(facts) for facts in due}
        ours = taking.result()
        if self.noted:
            self.noted.result()  # was before it in line
        outcomes = [(facts, self._supersede(facts, reason)) for facts in mails if (reason := reasons[facts.id])]
        outcomes += [(facts, "lost") for facts in due if facts.id not in ours]
        return outcomes + self._send([(facts, written[facts.id]) for facts in due if facts.id in ours])

    def _write(self, facts: Facts) -> bytes | UnsafeText | NotRendered:
        try:
            return write(facts, self.about.get(facts.id), self.letterhead)
        except (UnsafeText, NotRendered) as error:
            return error

    def _supersede(self, facts: Facts, reason: str) -> str:
        queries.mark_superseded(self.conn, facts.id, facts.fence, reason=reason)
        return "superseded"

    def _send(self, mails: list[tuple[Facts, bytes | UnsafeText | NotRendered]]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        sent: list[tuple[UUID, int, str]] = []
        begun = 0
        try:
            for facts, content in mails:
                self.transport.make_ready()
                begun += 1
                outcomes.append((facts, self._send_one(facts, content, sent)))
        except Unavailable:
            begun = len(outcomes)
            raise
        finally:
            # Whatever ended this: what was sent is noted, and what was not begun with is not in doubt.
            self.noted = self.clerk.submit(queries.mark_all_sent, self.conn, sent, ends_rest=self.accepted)
            self.accepted = False
            queries.take_back(self.conn, [(facts.id, facts.fence) for facts, _ in mails[begun:]])
        return outcomes

    def _send_one(
        self, facts: Facts, content: bytes | UnsafeText | NotRendered, sent: list[tuple[UUID, int, str]]
    ) -> str:
        """What became of one mail; where it was sent, it is added to those that are to be noted."""
        if not isinstance(content, bytes):
            return settle(self.conn, facts, content)
        try:
            sender, recipient = self.letterhead.sender.address, addressee(facts).address
            self.transport.hand_in(sender, recipient, content, envelope_id=str(facts.id))
        except (Refused, LineLost) as error:
            return self._settle(facts, error)
        fail_point("mail.before_dot")
        try:
            sent.append((facts.id, facts.fence, self.transport.finish()))
            self.accepted = True
        except Refused as refusal:
            return self._settle(facts, refusal)
        except LineLost as error:
            reason = f"{error} after the final dot"
            queries.mark_in_doubt(self.conn, facts.id, facts.fence, reason=reason, wait=DOUBT_WAIT)
            return "in_doubt"
        fail_point("mail.after_reply")
        return "sent"

    def _settle(self, facts: Facts, error: Refused | LineLost) -> str:
        """As `settle`, once it is noted that mails were accepted before this one."""
        if self.accepted:
            rests.end(self.conn)
            self.accepted = False
        return settle(self.conn, facts, error)
