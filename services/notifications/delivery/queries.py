"""SQL of the delivery of emails: each statement is one step from state to state, and a transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.notifications.messages.mail_queue import QUEUE
from services.notifications.messages.message_states import AT_WORK, CLAIMED, HANDING_OVER, MessageState
from shared.database import execute, fetch_value


@dataclass(frozen=True)
class Claim:
    """An email that this sender has claimed, under this fence, and the address that it goes to."""

    id: UUID
    fence: int
    recipient: str


@dataclass(frozen=True)
class SentMail:
    """An email that the server has taken, and its reply."""

    id: UUID
    fence: int
    reply: str


CLAIM = QUEUE.compose("""
    WITH unhurried AS MATERIALIZED (
        SELECT set_config('synchronous_commit', 'off', true)
    ), since AS MATERIALIZED (
        SELECT coalesce(max(noted_at), '-infinity') AS moment FROM restorations WHERE settled_at IS NULL
    ), single AS MATERIALIZED (
        SELECT id FROM messages
         WHERE category = 'single' AND {due} AND caused_at >= (SELECT moment FROM since)
         ORDER BY next_attempt_at, position
         LIMIT %(limit)s
           FOR UPDATE SKIP LOCKED
    ), bulk AS MATERIALIZED (
        SELECT id FROM messages
         WHERE category = 'bulk' AND {due} AND caused_at >= (SELECT moment FROM since)
           AND EXISTS (SELECT FROM newsletters AS issue WHERE issue.id = event_id AND issue.state = 'sending')
         ORDER BY next_attempt_at, position
         LIMIT CASE WHEN EXISTS (SELECT FROM single) THEN 0 ELSE %(letters)s END
           FOR UPDATE SKIP LOCKED
    ), next AS (
        SELECT id FROM single UNION ALL SELECT id FROM bulk
    )
    UPDATE messages
       SET {claim}, dated_at = coalesce(dated_at, programme_now())
      FROM next, unhurried WHERE messages.id = next.id
    RETURNING messages.id
""")
POSTPONE = QUEUE.compose("""
    UPDATE messages SET {released}, next_attempt_at = given.place, paced = true
      FROM unnest(%(ids)s::uuid[], %(places)s::timestamptz[]) AS given (id, place)
     WHERE messages.id = given.id AND state = {claimed} AND claimed_by = %(worker)s
""")
SUPERSEDE_ALL = QUEUE.compose("""
    UPDATE messages SET state = 'superseded', reason = %(reason)s, {ended}
     WHERE id = ANY(%(ids)s) AND state = {claimed} AND claimed_by = %(worker)s
""")
MARK_SENT = QUEUE.compose("""
    WITH refusals AS (
        DELETE FROM mail_refusals WHERE %(ends_rest)s
    ), rest AS (
        DELETE FROM mail_rests WHERE %(ends_rest)s
    )
    UPDATE messages SET state = 'sent', sent_at = programme_now(), reply = done.reply, reason = NULL, {ended}
      FROM unnest(%(ids)s::uuid[], %(fences)s::integer[], %(replies)s::text[]) AS done (id, fence, reply)
     WHERE messages.id = done.id AND messages.fence = done.fence AND state IN ('handing_over', 'in_doubt')
""")
MARK_SUPERSEDED = QUEUE.settlement("state = 'superseded', reason = %(reason)s", sources=[CLAIMED])
MARK_FAILED = QUEUE.settlement(
    """state = 'failed', attempts = attempts + (state = 'claimed')::integer, reply = %(reply)s, reason = %(reason)s""",
    sources=AT_WORK,
)
MARK_RETRY = QUEUE.settlement(
    """state = CASE WHEN queued_at > clock_timestamp() - interval '48 hours' THEN 'retry' ELSE 'failed' END,
       attempts = attempts + (state = 'claimed')::integer, reply = %(reply)s, reason = %(reason)s,
       next_attempt_at = clock_timestamp() + %(wait)s * interval '1 second'""",
    sources=AT_WORK,
)
MARK_IN_DOUBT = QUEUE.settlement(
    """state = 'in_doubt', doubts = doubts + 1, reason = %(reason)s,
       next_attempt_at = CASE WHEN doubts > 0 OR category <> 'single' THEN NULL
                              ELSE clock_timestamp() + %(wait)s * interval '1 second' END""",
    sources=[HANDING_OVER],
)


def claim(conn: Connection, *, number: int, lease: float, limit: int, letters: int) -> list[UUID]:
    """Claims the emails that are next, for `lease` seconds; other senders get others. This fixes their Date.

    Emails to one person come first, `limit` at most; only if none is due emails of issues, `letters` at most. A claim
    need not wait for the disk: one that a crash of the database undoes was no claim, and before a final dot
    `handing_over` waits for it. After a restore, emails that were due before it wait until it is settled which of them
    were sent.
    """
    params = {"worker": number, "lease": lease, "limit": limit, "letters": letters}
    return [row[0] for row in conn.execute(CLAIM, params)]


def select_now(conn: Connection) -> datetime:
    """Returns the moment by which emails are due."""
    return fetch_value(conn, "SELECT clock_timestamp()")


def reserve(conn: Connection, domain: str, *, seconds: float) -> datetime:
    """Reserves the next places in line of a domain, of so many seconds together; returns when the first of them is."""
    sql = """
        INSERT INTO mail_paces AS pace (domain, next_free)
        VALUES (%(domain)s, clock_timestamp() + %(seconds)s * interval '1 second')
        ON CONFLICT (domain) DO UPDATE
           SET next_free = greatest(pace.next_free, clock_timestamp()) + %(seconds)s * interval '1 second'
        RETURNING next_free - %(seconds)s * interval '1 second'
    """
    return fetch_value(conn, sql, domain=domain, seconds=seconds)


def postpone(conn: Connection, *, number: int, places: Mapping[UUID, datetime]) -> None:
    """Gives back what this sender claimed whose places in line come later; they are due then."""
    if places:
        conn.execute(POSTPONE, {"worker": number, "ids": list(places), "places": list(places.values())})


def supersede(conn: Connection, *, number: int, ids: list[UUID], reason: str) -> None:
    """Marks these emails, which this sender claimed, as not due any more."""
    conn.execute(SUPERSEDE_ALL, {"worker": number, "ids": ids, "reason": reason})


def mark_superseded(conn: Connection, id: UUID, fence: int, *, reason: str) -> bool:
    """Marks an email as not due any more; False if its claim is no longer ours."""
    return bool(execute(conn, MARK_SUPERSEDED, id=id, fence=fence, reason=reason))


def mark_handing_over(conn: Connection, claims: Sequence[Claim], *, lease: float) -> set[UUID]:
    """Mark emails whose final dot is next. Returns those whose claims are still ours: no other may be sent."""
    sql = """
        UPDATE messages
           SET state = 'handing_over', attempts = attempts + 1, recipient = claim.recipient,
               lease_until = clock_timestamp() + %(lease)s * interval '1 second'
          FROM unnest(%(ids)s::uuid[], %(fences)s::integer[], %(recipients)s::text[]) AS claim (id, fence, recipient)
         WHERE messages.id = claim.id AND messages.fence = claim.fence AND state = 'claimed'
        RETURNING messages.id
    """
    ids, fences = [claim.id for claim in claims], [claim.fence for claim in claims]
    recipients = [claim.recipient for claim in claims]
    rows = conn.execute(sql, {"ids": ids, "fences": fences, "recipients": recipients, "lease": lease})
    return {row[0] for row in rows}


def mark_sent(conn: Connection, sent: Sequence[SentMail], *, ends_rest: bool) -> None:
    """Records that the server has taken these emails.

    This also settles a doubt that others had meanwhile, unless an email was claimed again. With `ends_rest`, since no
    email was refused after one that was accepted, a pause of sending ends.
    """
    ids, fences = [one.id for one in sent], [one.fence for one in sent]
    replies = [one.reply for one in sent]
    conn.execute(MARK_SENT, {"ids": ids, "fences": fences, "replies": replies, "ends_rest": ends_rest})


def return_unsent(conn: Connection, claims: Sequence[tuple[UUID, int]]) -> None:
    """Marks emails that were to be handed over, and were not begun with, as claimed again."""
    sql = """
        UPDATE messages SET state = 'claimed', attempts = attempts - 1
          FROM unnest(%(ids)s::uuid[], %(fences)s::integer[]) AS claim (id, fence)
         WHERE messages.id = claim.id AND messages.fence = claim.fence AND state = 'handing_over'
    """
    if claims:
        execute(conn, sql, ids=[id for id, _ in claims], fences=[fence for _, fence in claims])


def mark_failed(conn: Connection, id: UUID, fence: int, *, reply: str | None, reason: str) -> bool:
    """Marks an email as not to be sent any more; False if its claim is no longer ours."""
    return bool(execute(conn, MARK_FAILED, id=id, fence=fence, reply=reply, reason=reason))


def mark_retry(
    conn: Connection, id: UUID, fence: int, *, reply: str | None, reason: str, wait: float
) -> MessageState | None:
    """Lets an email be tried again after `wait` seconds; 48 hours after it was queued it has failed.

    Returns the new state, or None if its claim is no longer ours.
    """
    state = fetch_value(conn, MARK_RETRY, id=id, fence=fence, reply=reply, reason=reason, wait=wait)
    return MessageState(state) if state else None


def mark_in_doubt(conn: Connection, id: UUID, fence: int, *, reason: str, wait: float) -> bool:
    """Marks an email when nobody can tell if it was accepted.

    An email to one person is sent once more after `wait` seconds, any other waits for staff.
    """
    return bool(execute(conn, MARK_IN_DOUBT, id=id, fence=fence, reason=reason, wait=wait))
