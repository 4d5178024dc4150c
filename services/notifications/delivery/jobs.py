"""The sender of a worker: claims emails that are due, and delivers them batch by batch."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import structlog
from prometheus_client import Counter

from services.notifications.delivery import queries
from services.notifications.delivery.batch_sender import BATCH_SIZE, BatchSender
from services.notifications.delivery.domain import SendingPaused, SendOutcome
from services.notifications.delivery.mail_sources import read_mail_sources
from services.notifications.delivery.rate_limits import hold_back
from services.notifications.delivery.smtp_transport import ServerUnavailable, Transport
from services.notifications.formats.send_rates import parse_rates
from services.notifications.messages.kinds import is_bulk
from services.notifications.messages.mail_context_queries import MailContext, select_mail_contexts
from services.notifications.messages.mail_queue import QUEUE, ReclaimedMail
from services.notifications.messages.message_states import MessageState
from services.notifications.rendering.mail_settings import MailSettings, make_mail_settings
from services.notifications.sending_pause import domain as resting
from services.notifications.settings import NotificationsSettings
from services.notifications.template_overrides import domain as templates
from shared import runtime
from shared import traceparent as w3c
from shared.failpoints import fail_point
from shared.jobs import Job
from shared.work_queue import WorkerConnection

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
        self.worker = WorkerConnection()
        self.transport: Transport | None = None
        self.disappointments = 0
        self.rests_until = 0.0

    def send_due(self) -> int:
        """Send mails that are due, for a few seconds at most. Returns the number of mails processed. While the mail
        server cannot be used, waits longer each time and claims nothing, so that no mail loses an attempt.
        """
        if time.monotonic() < self.rests_until:
            return 0
        try:
            present = runtime.current()
            return self._work(self.worker.open(present.database), present.settings)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drop both connections as they are: others take over what was claimed."""
        if self.transport:
            self.transport.close()
        self.worker.close()

    def _work(self, conn: psycopg.Connection, settings: NotificationsSettings) -> int:
        _reclaim(conn)
        claimed = _claim(conn, self.worker.number)
        if not claimed:
            return 0
        fail_point("mail.after_claim")
        mails, done = self._find_what_may_go(conn, claimed, settings)
        overrides = templates.load(conn)
        try:
            done += self._deliver(conn, mails, make_mail_settings(settings, overrides), settings)
        except SendingPaused:
            log.warning("sending rests")  # all senders do, by what the database says
        except ServerUnavailable as reason:
            self._rest(str(reason))
        templates.note_broken(conn, overrides)
        if done < len(claimed):
            QUEUE.release(conn, worker=self.worker.number)
        return done

    def _find_what_may_go(
        self, conn: psycopg.Connection, claimed: list[UUID], settings: NotificationsSettings
    ) -> tuple[list[MailContext], int]:
        """Returns the emails that may go now, and the number of claimed ones that are done with."""
        number = self.worker.number
        mails = select_mail_contexts(conn, claimed)
        if forgotten := set(claimed) - {mail.id for mail in mails}:
            # Erased while another sender had it: nothing is left that it could say, or to whom.
            queries.supersede(conn, number=number, ids=list(forgotten), reason="the person was erased")
        may_go = hold_back(conn, mails, parse_rates(settings.mail_rates), number=number)
        return may_go, len(claimed) - len(may_go)

    def _deliver(
        self,
        conn: psycopg.Connection,
        mails: list[MailContext],
        mail_settings: MailSettings,
        settings: NotificationsSettings,
    ) -> int:
        """Delivers the emails until a round's time is over; returns their number. Raises ServerUnavailable."""
        transport = self.transport = self.transport or self.open_transport(settings)
        source, domains = read_mail_sources(conn, mails), settings.refusing_domains
        until = time.monotonic() + ROUND
        done = 0
        with BatchSender(conn, transport, source, mail_settings, refusing_domains=domains) as sender:
            for batch in _split(mails):
                if time.monotonic() > until:
                    break
                transport.make_ready()
                outcomes = sender.deliver(batch)
                self.disappointments = 0
                done += len(outcomes)
                for mail, state in outcomes:
                    _note_outcome(mail, state)
        return done

    def _rest(self, reason: str) -> None:
        seconds = min(SHORTEST_REST * 2**self.disappointments, LONGEST_REST)
        self.disappointments += 1
        self.rests_until = time.monotonic() + seconds
        log.warning("mail server cannot be used", reason=reason, retry_in=seconds)


def _reclaim(conn: psycopg.Connection) -> None:
    """Take back what lost senders had claimed."""
    for mail in QUEUE.reclaim_expired(conn, ReclaimedMail):
        log.warning("sender was lost", message_id=str(mail.id), kind=mail.kind, state=mail.state)
        if mail.state == MessageState.IN_DOUBT:
            OUTCOMES.labels(mail.kind, mail.state).inc()


def _claim(conn: psycopg.Connection, number: int) -> list[UUID]:
    """Claims what is due; while sending pauses, one email to try with at most."""
    claimed = resting.claim(conn, number=number, lease=LEASE)
    if claimed is None:
        claimed = queries.claim(conn, number=number, lease=LEASE, limit=BATCH, letters=LETTERS)
    return claimed


def _note_outcome(mail: MailContext, state: SendOutcome) -> None:
    OUTCOMES.labels(mail.kind, state).inc()
    log.info("mail", message_id=str(mail.id), kind=mail.kind, state=state, **w3c.trace_ids(mail.traceparent))


def _split(mails: list[MailContext]) -> Iterator[list[MailContext]]:
    """Yields emails to one person each alone, and those of issues in batches."""
    yield from ([mail] for mail in mails if not is_bulk(mail.kind))
    letters = [mail for mail in mails if is_bulk(mail.kind)]
    yield from (letters[begin : begin + BATCH_SIZE] for begin in range(0, len(letters), BATCH_SIZE))


def deliver_mail() -> Job:
    """The job of a worker; each has a sender of its own."""
    return Job("deliver-mail", MailSender().send_due, every=1.0, topic="mails")
