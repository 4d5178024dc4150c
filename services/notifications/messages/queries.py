"""SQL that queues emails."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.types.json import Jsonb

from services.notifications.messages.kinds import MailKind
from shared import traceparent as w3c
from shared import tracing
from shared.database import execute, fetch_value
from shared.events.envelope import Envelope
from shared.runtime import settings


def insert_message(
    conn: Connection,
    envelope: Envelope,
    kind: MailKind,
    *,
    session_id: UUID | None,
    recipient: str,
    context: dict[str, Any],
) -> None:
    """A mail to one person about the event's own subject; once for an event, however often this is called."""
    sql = """
        WITH added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at,
                                  session_id, recipient, context, next_attempt_at, traceparent)
            VALUES (%(kind)s, %(topic)s, %(subject)s, %(event_id)s, %(event_id)s, %(revision)s, %(caused_at)s,
                    %(session_id)s, %(recipient)s, %(context)s, clock_timestamp() + %(wait)s * interval '1 second',
                    %(traceparent)s)
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_mails', '') FROM added
    """
    execute(conn, sql, session_id=session_id, recipient=recipient, context=Jsonb(context), **_causing(envelope, kind))


def insert_notice(
    conn: Connection, kind: MailKind, *, subject: UUID, cause: UUID, recipient: str, revision: int = 1
) -> None:
    """A mail that no event of another service causes: to the one whom `subject` is about, once for a `cause`."""
    sql = """
        WITH added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, recipient, traceparent)
            VALUES (%(kind)s, %(topic)s, %(subject)s, %(cause)s, %(cause)s, %(revision)s, programme_now(),
                    %(recipient)s, %(traceparent)s)
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_mails', '') FROM added
    """
    execute(
        conn,
        sql,
        kind=kind.name,
        topic=kind.topic,
        subject=subject,
        cause=cause,
        revision=revision,
        recipient=recipient,
        traceparent=tracing.current_traceparent(),
    )


def insert_for_registrants(conn: Connection, envelope: Envelope, kind: MailKind, *, context: dict[str, Any]) -> None:
    """A mail to everybody who has a seat in the session that is the event's subject; once for an event and person."""
    sql = """
        WITH added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at,
                                  session_id, recipient, context, next_attempt_at, traceparent)
            SELECT %(kind)s, %(topic)s, id, %(event_id)s, %(event_id)s, %(revision)s, %(caused_at)s,
                   session_id, email, %(context)s, clock_timestamp() + %(wait)s * interval '1 second', %(traceparent)s
              FROM registrations
             WHERE session_id = %(subject)s AND status = 'confirmed'
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_mails', '') FROM added
    """
    execute(conn, sql, context=Jsonb(context), **_causing(envelope, kind))


def insert_for_recording(conn: Connection, envelope: Envelope, kind: MailKind) -> None:
    """A mail to everybody who has a seat in the session whose recording is the event's subject; once for a recording
    and person, however often the recording's description changes.
    """
    sql = """
        WITH added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, session_id, recipient,
                                  next_attempt_at, traceparent)
            SELECT %(kind)s, %(topic)s, registration.id, recording.id, %(event_id)s, %(revision)s, %(caused_at)s,
                   session_id, registration.email, clock_timestamp() + %(wait)s * interval '1 second', %(traceparent)s
              FROM recordings AS recording JOIN registrations AS registration USING (session_id)
             WHERE recording.id = %(subject)s AND NOT recording.withdrawn AND registration.status = 'confirmed'
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_mails', '') FROM added
    """
    execute(conn, sql, **_causing(envelope, kind))


INSERT_FOR_REGISTRATIONS: LiteralString = """
        WITH given AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
                       AS (place integer, subject uuid, event_id uuid, revision bigint, caused_at timestamptz,
                           context jsonb, traceparent text)
        ), person AS MATERIALIZED (
            SELECT given.*, session_id, email, status, registered_at
              FROM given JOIN registrations ON id = subject AND email <> ''
        ), added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at,
                                  session_id, recipient, context, next_attempt_at, traceparent)
            SELECT %(kind)s, %(topic)s, subject, event_id, event_id, revision, caused_at,
                   session_id, email, context, clock_timestamp() + %(wait)s * interval '1 second', traceparent
              FROM person ORDER BY place
            ON CONFLICT DO NOTHING RETURNING 1
        ), late AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, session_id, recipient,
                                  next_attempt_at, traceparent)
            SELECT %(late)s, %(late_topic)s, subject, recording.id, event_id, recording.revision, caused_at,
                   session_id, email, clock_timestamp() + %(late_wait)s * interval '1 second', traceparent
              FROM person JOIN recordings AS recording USING (session_id)
             WHERE %(late)s::text IS NOT NULL AND status = 'confirmed' AND NOT withdrawn
               AND registered_at < published_at
             ORDER BY place
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT (SELECT coalesce(array_agg(subject), '{}') FROM given LEFT JOIN registrations ON id = subject
                 WHERE id IS NULL),
               count(*), pg_notify(current_schema() || '_mails', '')
          FROM (SELECT FROM added UNION ALL SELECT FROM late) AS made
"""


def insert_for_registrations(
    conn: Connection, kind: MailKind, caused: Sequence[tuple[Envelope, dict[str, Any]]], *, late: MailKind | None = None
) -> list[UUID]:
    """Queue an email to the person of each registration that is the subject of one of these events, unless erased.

    Once for an event, with the context given beside it. Also queues those of the kind `late` that
    `insert_for_recording` left out because such an event came after the recording's, though the person registered
    before it. Returns the registrations that the projection does not hold.
    """
    rows = [
        {
            "place": place,
            "subject": envelope.subject,
            "event_id": envelope.id,
            "revision": envelope.sequence,
            "caused_at": envelope.time,
            "context": context,
            "traceparent": w3c.parse(envelope.traceparent),
        }
        for place, (envelope, context) in enumerate(caused)
    ]
    after = {"late": late.name, "late_topic": late.topic, "late_wait": _wait(late)} if late else NOT_LATE
    values = {"rows": orjson.dumps(rows).decode(), "kind": kind.name, "topic": kind.topic, "wait": _wait(kind)}
    return fetch_value(conn, INSERT_FOR_REGISTRATIONS, **values, **after)


NOT_LATE = {"late": None, "late_topic": None, "late_wait": 0.0}


def _causing(envelope: Envelope, kind: MailKind) -> dict[str, Any]:
    """What an event tells of the mails that it causes; they may be claimed after `wait` seconds."""
    return {
        "kind": kind.name,
        "topic": kind.topic,
        "subject": UUID(envelope.subject),
        "event_id": envelope.id,
        "revision": envelope.sequence,
        "caused_at": envelope.time,
        "wait": _wait(kind),
        "traceparent": w3c.parse(envelope.traceparent),
    }


def _wait(kind: MailKind) -> float:
    return settings().settle_seconds if kind.settles else 0.0
