"""The sender of a worker: claims mails that are due, and delivers them one by one."""

import random
import time
from collections.abc import Callable

import psycopg
import structlog
from prometheus_client import Counter

from services.notifications.delivery import queries
from services.notifications.delivery.domain import Desk, deliver
from services.notifications.delivery.transport import Transport, Unavailable
from services.notifications.messages.queries import Facts, select_facts
from services.notifications.programme.queries import select_sessions
from services.notifications.settings import NotificationsSettings
from services.notifications.templates import domain as templates
from shared import runtime
from shared.failpoints import passing
from shared.jobs import Job

log = structlog.get_logger()

BATCH = 50
# Seconds: how long a claim lasts, and how long a round of work may take, so that a worker can end in time.
LEASE = 60.0
ROUND = 5.0
# Seconds to leave a server alone that cannot be used: they double each time.
SHORTEST_REST, LONGEST_REST = 1.0, 60.0

OUTCOMES = Counter("mails_total", "Mails by what became of them when it was their turn", ["kind", "state"])


class Sender:
    """Holds a database connection, whose advisory lock says that it lives, and a connection to the mail server. One
    thread's own.
    """

    def __init__(self, open_transport: Callable[[NotificationsSettings], Transport] = Transport) -> None:
        self.open_transport = open_transport
        self.conn: psycopg.Connection | None = None
        self.transport: Transport | None = None
        self.number = 0
        self.disappointments = 0
        self.rests_until = 0.0

    def send_due(self) -> int:
        """Send what is due, for a few seconds at most; how many mails it dealt with. While the mail server cannot be
        used nothing is claimed for a growing while, and no mail's attempts are spent.
        """
        if time.monotonic() < self.rests_until:
            return 0
        try:
            return self._work(self._open_database())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drop both connections as they are: others take over what was claimed."""
        if self.transport:
            self.transport.close()
        if self.conn:
            self.conn.close()
        self.conn = None

    def _open_database(self) -> psycopg.Connection:
        present = runtime.current()
        if self.conn is None or self.conn.closed:
            self.conn = psycopg.connect(present.database.conninfo, autocommit=True)
            self.number = _draw_number()
            while not queries.lock_number(self.conn, self.number):
                self.number = _draw_number()
        present.database.set_clock(self.conn)
        return self.conn

    def _work(self, conn: psycopg.Connection) -> int:
        for void in queries.void_claims(conn):
            log.warning("sender was lost", message_id=str(void.id), kind=void.kind, state=void.state)
            if void.state == "in_doubt":
                OUTCOMES.labels(void.kind, void.state).inc()
        claimed = queries.claim(conn, number=self.number, lease=LEASE, limit=BATCH)
        if not claimed:
            return 0
        passing("mail.after_claim")
        mails = select_facts(conn, claimed)
        if forgotten := set(claimed) - {mail.id for mail in mails}:
            # Erased while another sender had it: nothing is left that it could say, or to whom.
            queries.supersede(conn, number=self.number, ids=list(forgotten), reason="the person was erased")
        done, desk = len(forgotten), Desk(runtime.settings(), templates.load(conn))
        try:
            done += self._deliver(conn, mails, desk)
        except Unavailable as reason:
            self._rest(str(reason))
        templates.note_broken(conn, desk.overrides)
        if done < len(claimed):
            queries.release(conn, number=self.number)
        return done

    def _deliver(self, conn: psycopg.Connection, mails: list[Facts], desk: Desk) -> int:
        """Deliver the mails until a round's time is over; how many. Raises Unavailable."""
        self.transport = self.transport or self.open_transport(desk.settings)
        known = {mail.session_id for mail in mails if mail.session_id}
        sessions = {session.id: session for session in select_sessions(conn, known)}
        until = time.monotonic() + ROUND
        for done, mail in enumerate(mails):
            if time.monotonic() > until:
                return done
            self.transport.make_ready()
            session = sessions[mail.session_id] if mail.session_id else None
            state = deliver(conn, self.transport, mail, session, desk)
            self.disappointments = 0
            OUTCOMES.labels(mail.kind, state).inc()
            log.info("mail", message_id=str(mail.id), kind=mail.kind, state=state)
        return len(mails)

    def _rest(self, reason: str) -> None:
        seconds = min(SHORTEST_REST * 2**self.disappointments, LONGEST_REST)
        self.disappointments += 1
        self.rests_until = time.monotonic() + seconds
        log.warning("mail server cannot be used", reason=reason, retry_in=seconds)


def _draw_number() -> int:
    return random.getrandbits(31)


def deliver_mail() -> Job:
    """The job of a worker; each has a sender of its own."""
    return Job("deliver-mail", Sender().send_due, every=1.0)
