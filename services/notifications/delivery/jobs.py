"""The sender of a worker: claims emails that are due, and delivers them batch by batch."""

import random
import time
from collections.abc import Callable, Iterator

import psycopg
import structlog
from prometheus_client import Counter

from services.notifications.delivery import queries
from services.notifications.delivery.batch_sender import BATCH_SIZE, BatchSender
from services.notifications.delivery.domain import SendingPaused
from services.notifications.delivery.mail_sources import read_mail_sources
from services.notifications.delivery.rate_limits import hold_back
from services.notifications.delivery.smtp_transport import ServerUnavailable, Transport
from services.notifications.formats.send_rates import parse_rates
from services.notifications.messages.kinds import is_bulk
from services.notifications.messages.queries import MailContext, select_mail_contexts
from services.notifications.rendering.mail_settings import MailSettings, make_mail_settings
from services.notifications.sending_pause import domain as resting
from services.notifications.settings import NotificationsSettings
from services.notifications.template_overrides import domain as templates
from shared import runtime
from shared import traceparent as w3c
from shared.failpoints import fail_point
from shared.jobs import Job
from shared.work_queue import register_worker

log = structlog.get_logger()

BATCH, LETTERS = 50, 200
# Seconds: how long a claim lasts, and how long a round of work may take, so that a worker can end in time.
LEASE = 60.0
ROUND = 5.0
# Seconds to leave a server alone that cannot be used: they double each time.
SHORTEST_REST, LONGEST_REST = 1.0, 60.0

OUTCOMES = Counter("mails_total", "Mails by what became of them when it was their turn", ["kind", "state"])


class MailSender:
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
        """Send mails that are due, for a few seconds at most. Returns the number of mails processed. While the mail
        server cannot be used, waits longer each time and claims nothing, so that no mail loses an attempt.
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
            while not register_worker(self.conn, self.number):
                self.number = _draw_number()
        present.database.set_clock(self.conn)
        return self.conn

    def _work(self, conn: psycopg.Connection) -> int:
        for void in queries.reclaim_expired(conn):
            log.warning("sender was lost", message_id=str(void.id), kind=void.kind, state=void.state)
            if void.state == "in_doubt":
                OUTCOMES.labels(void.kind, void.state).inc()
        claimed = resting.claim(conn, number=self.number, lease=LEASE)
        if claimed is None:
            claimed = queries.claim(conn, number=self.number, lease=LEASE, limit=BATCH, letters=LETTERS)
        if not claimed:
            return 0
        fail_point("mail.after_claim")
        mails = select_mail_contexts(conn, claimed)
        if forgotten := set(claimed) - {mail.id for mail in mails}:
            # Erased while another sender had it: nothing is left that it could say, or to whom.
            queries.supersede(conn, number=self.number, ids=list(forgotten), reason="the person was erased")
        overrides = templates.load(conn)
        may_go = hold_back(conn, mails, parse_rates(runtime.settings().mail_rates), number=self.number)
        done = len(forgotten) + len(mails) - len(may_go)
        try:
            done += self._deliver(conn, may_go, make_mail_settings(runtime.settings(), overrides))
        except SendingPaused:
            log.warning("sending rests")  # all senders do, by what the database says
        except ServerUnavailable as reason:
            self._rest(str(reason))
        templates.note_broken(conn, overrides)
        if done < len(claimed):
            queries.release(conn, number=self.number)
        return done

    def _deliver(self, conn: psycopg.Connection, mails: list[MailContext], mail_settings: MailSettings) -> int:
        """Deliver the mails until a round's time is over; how many. Raises ServerUnavailable."""
        settings = runtime.settings()
        transport = self.transport = self.transport or self.open_transport(settings)
        source = read_mail_sources(conn, mails)
        until = time.monotonic() + ROUND
        done = 0
        with BatchSender(conn, transport, source, mail_settings) as sender:
            for batch in _split(mails):
                if time.monotonic() > until:
                    break
                transport.make_ready()
                outcomes = sender.deliver(batch)
                self.disappointments = 0
                done += len(outcomes)
                for mail, state in outcomes:
                    OUTCOMES.labels(mail.kind, state).inc()
                    ids = w3c.trace_ids(mail.traceparent)
                    log.info("mail", message_id=str(mail.id), kind=mail.kind, state=state, **ids)
        return done

    def _rest(self, reason: str) -> None:
        seconds = min(SHORTEST_REST * 2**self.disappointments, LONGEST_REST)
        self.disappointments += 1
        self.rests_until = time.monotonic() + seconds
        log.warning("mail server cannot be used", reason=reason, retry_in=seconds)


def _split(mails: list[MailContext]) -> Iterator[list[MailContext]]:
    """Emails to one person each alone; those of issues in batches."""
    yield from ([mail] for mail in mails if not is_bulk(mail.kind))
    letters = [mail for mail in mails if is_bulk(mail.kind)]
    yield from (letters[begin : begin + BATCH_SIZE] for begin in range(0, len(letters), BATCH_SIZE))


def _draw_number() -> int:
    return random.getrandbits(31)


def deliver_mail() -> Job:
    """The job of a worker; each has a sender of its own."""
    return Job("deliver-mail", MailSender().send_due, every=1.0, topic="mails")
