"""SQL of the delivery of mails: each statement is one step from state to state, and a transaction of its own.

A sender is a number whose advisory lock its database connection holds: the lock is free once the sender is gone. Its
claims count up a row's `fence`, and what it writes is refused once somebody else has claimed the row since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_value


@dataclass(frozen=True)
class ReclaimedMail:
    """A claim that ended with its sender, and what has become of the mail."""

    id: UUID
    kind: str
    state: str


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


def reclaim_expired(conn: Connection) -> list[ReclaimedMail]:
    """Take back what senders claimed who are gone, or who let their lease run out.

    Without its final dot no mail was accepted, and the dot is sent only after `handing_over` was committed on the
    connection that holds the lock: so a mail that was merely claimed is sent again as if nothing had been, and one that
    was being handed over is in doubt. In doubt a single mail is sent once more, any other waits for staff.
    """
    sql = """
        WITH senders AS MATERIALIZED (
            SELECT DISTINCT claimed_by FROM messages WHERE state IN ('claimed', 'handing_over')
        ), gone AS MATERIALIZED (
            SELECT claimed_by FROM senders
             WHERE pg_try_advisory_xact_lock(hashtext('sender:' || current_schema()), claimed_by)
        )
        UPDATE messages
           SET state = CASE WHEN state = 'handing_over' OR doubts > 0 THEN 'in_doubt'
                            WHEN attempts > 0 THEN 'retry' ELSE 'queued' END,
               reason = CASE WHEN state = 'handing_over' THEN 'its sender ended while handing it over' ELSE reason END,
               next_attempt_at = CASE WHEN state = 'handing_over' AND (doubts > 0 OR category <> 'single')
                                      THEN NULL ELSE next_attempt_at END,
               doubts = doubts + (state = 'handing_over')::integer,
               claimed_by = NULL, lease_until = NULL
         WHERE state IN ('claimed', 'handing_over')
           AND (claimed_by IN (SELECT claimed_by FROM gone) OR lease_until < clock_timestamp())
        RETURNING id, kind, state
    """
    return fetch(conn, ReclaimedMail, sql)


def claim(conn: Connection, *, number: int, lease: float, limit: int, letters: int) -> list[UUID]:
    """Claim the mails that are next, for `lease` seconds; other senders get others. Their Date is fixed by this.

    Single mails come first, `limit` at most; only where none is due mails of issues, `letters` at most. A claim that a
    crash of the database undoes was no claim, and before a final dot `handing_over` waits for its disk: this need not.
    After a restore those that were due before it wait until it was settled which of them were sent.
    """
    sql = """
        WITH unhurried AS MATERIALIZED (
            SELECT set_config('synchronous_commit', 'off', true)
        ), since AS MATERIALIZED (
            SELECT coalesce(max(noted_at), '-infinity') AS moment FROM restorations WHERE settled_at IS NULL
        ), single AS MATERIALIZED (
            SELECT id FROM messages
             WHERE category = 'single' AND state IN ('queued', 'retry', 'in_doubt')
               AND next_attempt_at <= clock_timestamp() AND caused_at >= (SELECT moment FROM since)
             ORDER BY next_attempt_at, position
             LIMIT %(limit)s
               FOR UPDATE SKIP LOCKED
        ), bulk AS MATERIALIZED (
            SELECT id FROM messages
             WHERE category = 'bulk' AND state IN ('queued', 'retry', 'in_doubt')
               AND next_attempt_at <= clock_timestamp() AND caused_at >= (SELECT moment FROM since)
               AND EXISTS (SELECT FROM newsletters AS issue WHERE issue.id = event_id AND issue.state = 'sending')
             ORDER BY next_attempt_at, position
             LIMIT CASE WHEN EXISTS (SELECT FROM single) THEN 0 ELSE %(letters)s END
               FOR UPDATE SKIP LOCKED
        ), due AS (
            SELECT id FROM single UNION ALL SELECT id FROM bulk
        )
        UPDATE messages
           SET state = 'claimed', claimed_by = %(number)s, fence = fence + 1,
               lease_until = clock_timestamp() + %(lease)s * interval '1 second',
               dated_at = coalesce(dated_at, programme_now())
          FROM due, unhurried WHERE messages.id = due.id
        RETURNING messages.id
    """
    return [row[0] for row in conn.execute(sql, {"number": number, "lease": lease, "limit": limit, "letters": letters})]


def release(conn: Connection, *, number: int) -> int:
    """Give back what this sender claimed and has not begun with."""
    sql = """
        UPDATE messages
           SET state = CASE WHEN doubts > 0 THEN 'in_doubt' WHEN attempts > 0 THEN 'retry' ELSE 'queued' END,
               claimed_by = NULL, lease_until = NULL
         WHERE state = 'claimed' AND claimed_by = %(number)s
    """
    return execute(conn, sql, number=number)


def select_now(conn: Connection) -> datetime:
    """The moment by which mails are due."""
    return fetch_value(conn, "SELECT clock_timestamp()")


def reserve(conn: Connection, domain: str, *, seconds: float) -> datetime:
    """Give the next places in line of a domain, of so many seconds together, to mails; when the first of them is."""
    sql = """
        INSERT INTO mail_paces AS pace (domain, next_free)
        VALUES (%(domain)s, clock_timestamp() + %(seconds)s * interval '1 second')
        ON CONFLICT (domain) DO UPDATE
           SET next_free = greatest(pace.next_free, clock_timestamp()) + %(seconds)s * interval '1 second'
        RETURNING next_free - %(seconds)s * interval '1 second'
    """
    return fetch_value(conn, sql, domain=domain, seconds=seconds)


def postpone(conn: Connection, *, number: int, places: Mapping[UUID, datetime]) -> None:
    """Give back what this sender claimed whose places in line come later; they are due then."""
    sql = """
        UPDATE messages
           SET state = CASE WHEN doubts > 0 THEN 'in_doubt' WHEN attempts > 0 THEN 'retry' ELSE 'queued' END,
               claimed_by = NULL, lease_until = NULL, next_attempt_at = given.place, paced = true
          FROM unnest(%(ids)s::uuid[], %(places)s::timestamptz[]) AS given (id, place)
         WHERE messages.id = given.id AND state = 'claimed' AND claimed_by = %(number)s
    """
    if places:
        execute(conn, sql, number=number, ids=list(places), places=list(places.values()))


def supersede(conn: Connection, *, number: int, ids: list[UUID], reason: str) -> None:
    """These mails, which this sender claimed, are not due any more."""
    sql = """
        UPDATE messages SET state = 'superseded', reason = %(reason)s, claimed_by = NULL, lease_until = NULL
         WHERE id = ANY(%(ids)s) AND state = 'claimed' AND claimed_by = %(number)s
    """
    execute(conn, sql, number=number, ids=ids, reason=reason)


def mark_superseded(conn: Connection, id: UUID, fence: int, *, reason: str) -> bool:
    """It is not due any more."""
    sql = """
        UPDATE messages SET state = 'superseded', reason = %(reason)s, claimed_by = NULL, lease_until = NULL
         WHERE id = %(id)s AND fence = %(fence)s AND state = 'claimed'
    """
    return bool(execute(conn, sql, id=id, fence=fence, reason=reason))


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
    """Record that the server has taken these emails.

    This also settles a doubt that others had meanwhile, unless an email was claimed again. With `ends_rest`, since no
    email was refused after one that was accepted, sending goes on where it rested.
    """
    sql = """
        WITH refusals AS (
            DELETE FROM mail_refusals WHERE %(ends_rest)s
        ), rest AS (
            DELETE FROM mail_rests WHERE %(ends_rest)s
        )
        UPDATE messages
           SET state = 'sent', sent_at = programme_now(), reply = done.reply, reason = NULL, claimed_by = NULL,
               lease_until = NULL
          FROM unnest(%(ids)s::uuid[], %(fences)s::integer[], %(replies)s::text[]) AS done (id, fence, reply)
         WHERE messages.id = done.id AND messages.fence = done.fence AND state IN ('handing_over', 'in_doubt')
    """
    ids, fences = [one.id for one in sent], [one.fence for one in sent]
    execute(conn, sql, ids=ids, fences=fences, replies=[one.reply for one in sent], ends_rest=ends_rest)


def return_unsent(conn: Connection, claims: Sequence[tuple[UUID, int]]) -> None:
    """Mails that were to be handed over and were not begun with are claimed as they were."""
    sql = """
        UPDATE messages SET state = 'claimed', attempts = attempts - 1
          FROM unnest(%(ids)s::uuid[], %(fences)s::integer[]) AS claim (id, fence)
         WHERE messages.id = claim.id AND messages.fence = claim.fence AND state = 'handing_over'
    """
    if claims:
        execute(conn, sql, ids=[id for id, _ in claims], fences=[fence for _, fence in claims])


def mark_failed(conn: Connection, id: UUID, fence: int, *, reply: str | None, reason: str) -> bool:
    """It will not be sent."""
    sql = """
        UPDATE messages
           SET state = 'failed', attempts = attempts + (state = 'claimed')::integer, reply = %(reply)s,
               reason = %(reason)s, claimed_by = NULL, lease_until = NULL
         WHERE id = %(id)s AND fence = %(fence)s AND state IN ('claimed', 'handing_over')
    """
    return bool(execute(conn, sql, id=id, fence=fence, reply=reply, reason=reason))


def mark_retry(
    conn: Connection, id: UUID, fence: int, *, reply: str | None, reason: str, first_wait: float, longest_wait: float
) -> str | None:
    """It is tried again after a wait that grows fourfold each time; after 48 hours it has failed. The new state."""
    sql = """
        UPDATE messages
           SET state = CASE WHEN queued_at > clock_timestamp() - interval '48 hours' THEN 'retry' ELSE 'failed' END,
               attempts = attempts + (state = 'claimed')::integer, reply = %(reply)s, reason = %(reason)s,
               next_attempt_at = clock_timestamp() + (0.75 + random() / 4) * interval '1 second'
                   * least(%(first)s * power(4, least(attempts - (state = 'handing_over')::integer, 10)), %(longest)s),
               claimed_by = NULL, lease_until = NULL
         WHERE id = %(id)s AND fence = %(fence)s AND state IN ('claimed', 'handing_over')
        RETURNING state
    """
    return fetch_value(
        conn, sql, id=id, fence=fence, reply=reply, reason=reason, first=first_wait, longest=longest_wait
    )


def mark_in_doubt(conn: Connection, id: UUID, fence: int, *, reason: str, wait: float) -> bool:
    """Nobody can tell whether it was taken: a single mail is sent once more after `wait` seconds, any other is held."""
    sql = """
        UPDATE messages
           SET state = 'in_doubt', doubts = doubts + 1, reason = %(reason)s, claimed_by = NULL, lease_until = NULL,
               next_attempt_at = CASE WHEN doubts > 0 OR category <> 'single' THEN NULL
                                      ELSE clock_timestamp() + %(wait)s * interval '1 second' END
         WHERE id = %(id)s AND fence = %(fence)s AND state = 'handing_over'
    """
    return bool(execute(conn, sql, id=id, fence=fence, reason=reason, wait=wait))
