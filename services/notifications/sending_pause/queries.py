"""SQL of refusals of us in a row, and of the rest that follows. Shared by all senders."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.notifications.messages.mail_queue import QUEUE
from shared.database import execute, fetch_one, fetch_value


@dataclass(frozen=True)
class SendingPause:
    """Since when sending rests, and what the mail server said last of the mail that began it."""

    since: datetime
    message_id: UUID
    reply: str | None


def lock_refusals(conn: Connection) -> None:
    """Let nobody else count refusals until this transaction ends."""
    execute(conn, "SELECT pg_advisory_xact_lock(hashtext('refusals:' || current_schema()))")


def add(conn: Connection, message_id: UUID) -> None:
    """This mail was refused, with us as the reason."""
    sql = """
        INSERT INTO mail_refusals (message_id) VALUES (%(message_id)s)
        ON CONFLICT (message_id) DO UPDATE SET held = false
    """
    execute(conn, sql, message_id=message_id)


def count_domains(conn: Connection) -> int:
    """How many recipient domains have refused us since the last mail that was accepted."""
    sql = """
        SELECT count(DISTINCT lower(substring(recipient FROM '[^@]*$')))
          FROM mail_refusals JOIN messages ON id = message_id WHERE recipient <> ''
    """
    return fetch_value(conn, sql)


def hold(conn: Connection, *, resting: bool) -> int:
    """Give the mails that were refused back their attempts, so that they wait; how many. One that was held before this
    rest, and is older than 48 hours, has failed: others were accepted meanwhile.
    """
    sql = """
        WITH refused AS (
            UPDATE mail_refusals SET held = true WHERE NOT held RETURNING message_id
        ), given AS (
            UPDATE messages
               SET state = CASE WHEN doubts > 0 THEN 'in_doubt' WHEN attempts > 1 THEN 'retry' ELSE 'queued' END,
                   attempts = attempts - 1, refusals = refusals + 1, next_attempt_at = clock_timestamp(),
                   reason = 'the mail server refuses us: sending rests'
              FROM refused
             WHERE id = message_id AND state IN ('failed', 'retry') AND recipient <> ''
               AND (%(resting)s OR refusals = 0 OR queued_at > clock_timestamp() - interval '48 hours')
            RETURNING 1
        )
        SELECT count(*) FROM given
    """
    return fetch_value(conn, sql, resting=resting)


def begin(conn: Connection, message_id: UUID, *, pause: float) -> None:
    """Sending rests from now on; it is tried after `pause` seconds whether it is over."""
    sql = """
        INSERT INTO mail_rests (message_id, probe_at)
        VALUES (%(message_id)s, clock_timestamp() + %(pause)s * interval '1 second') ON CONFLICT DO NOTHING
    """
    execute(conn, sql, message_id=message_id, pause=pause)


def end(conn: Connection) -> None:
    """A mail was accepted: nothing refuses us any more."""
    sql = "WITH refused AS (DELETE FROM mail_refusals) DELETE FROM mail_rests"
    execute(conn, sql)


def is_paused(conn: Connection) -> bool:
    return fetch_value(conn, "SELECT EXISTS (SELECT FROM mail_rests)")


def select_pause(conn: Connection) -> SendingPause | None:
    """The rest that sending is at."""
    sql = """
        SELECT since, message_id, (SELECT reply FROM messages WHERE id = message_id) AS reply FROM mail_rests
    """
    return fetch_one(conn, SendingPause, sql)


def lock_due_probe(conn: Connection) -> bool:
    """Whether it is time to try; then nobody else may until this transaction ends."""
    sql = """
        SELECT count(*)
          FROM (SELECT FROM mail_rests WHERE probe_at <= clock_timestamp() FOR UPDATE SKIP LOCKED) AS due
    """
    return bool(fetch_value(conn, sql))


CLAIM_PROBE = QUEUE.compose("""
    WITH next AS (
        SELECT id FROM messages
         WHERE {due}
           AND caused_at >= (SELECT coalesce(max(noted_at), '-infinity') FROM restorations WHERE settled_at IS NULL)
           AND (category = 'single'
                OR EXISTS (SELECT FROM newsletters AS issue WHERE issue.id = event_id AND issue.state = 'sending'))
         ORDER BY refusals, category DESC, next_attempt_at, position
         LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE messages SET {claim}, dated_at = coalesce(dated_at, programme_now())
      FROM next WHERE messages.id = next.id
    RETURNING messages.id
""")


def claim_probe(conn: Connection, *, number: int, lease: float) -> list[UUID]:
    """Claims one email with which to try.

    Of those that are due it is one that was refused least often, so that an email which would be refused by itself
    does not keep the others.
    """
    return [row[0] for row in conn.execute(CLAIM_PROBE, {"worker": number, "lease": lease})]


def put_off(conn: Connection, *, shortest: float, longest: float) -> None:
    """It is tried again after a pause that doubles each time."""
    sql = """
        UPDATE mail_rests
           SET probes = probes + 1,
               probe_at = clock_timestamp()
                   + least(%(shortest)s * power(2, least(probes + 1, 20)), %(longest)s) * interval '1 second'
    """
    execute(conn, sql, shortest=shortest, longest=longest)
