"""SQL of mails that are made, and of what is known of them when they go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.types.json import Jsonb

from services.notifications.messages.kinds import MailKind
from shared import traceparent as w3c
from shared import tracing
from shared.database import execute, fetch, fetch_value
from shared.events.envelope import Envelope
from shared.runtime import settings


@dataclass(frozen=True, kw_only=True)
class MailContext:
    """A mail and what is known now of those whom it concerns. `status`, and `status_since` (a revision), are those of
    its subject: a registration, an invitation, a subscription …; `overtaken_by` is the kind of a later mail on the same
    topic and subject; `suppressed` is why no mail goes to the address, where none does; `attended` whether the person
    came to the session, for news of its recording, and None while nobody has said who came; `previous` when it was to
    be by the last mail that told of it, for news of its time; `generation` that of their links.
    """

    id: UUID
    kind: str
    subject: UUID
    event_id: UUID
    revision: int
    session_id: UUID | None
    context: dict[str, Any]
    fence: int
    doubts: int
    paced: bool
    dated_at: datetime
    overtaken_by: str | None
    status: str
    status_since: int
    person_id: UUID
    email: str
    name: str
    expires_at: datetime | None
    suppressed: str | None
    series_title: str | None
    recording_url: str | None
    recording_seconds: int | None
    recording_captions: bool | None
    recording_withdrawn: bool
    attended: bool | None = None
    previous: str | None = None
    timezone: str | None = None
    generation: int = 0
    traceparent: str | None = None
    attempts: int = 0


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


def insert_for_registrations(
    conn: Connection, kind: MailKind, caused: Sequence[tuple[Envelope, dict[str, Any]]], *, late: MailKind | None = None
) -> list[UUID]:
    """Queue an email to the person of each registration that is the subject of one of these events, unless erased.

    Once for an event, with the context given beside it. Also queues those of the kind `late` that
    `insert_for_recording` left out because such an event came after the recording's, though the person registered
    before it. Returns the registrations that the projection does not hold.
    """
    sql = """
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
    return fetch_value(conn, sql, **values, **after)


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


def select_mail_contexts(conn: Connection, ids: Sequence[UUID]) -> list[MailContext]:
    """The mails with what is known now, in the order in which they were caused."""
    sql = """
        SELECT message.id, message.kind, message.subject, message.event_id, message.revision, message.session_id,
               message.context, message.fence, message.attempts, message.doubts, message.paced,
               coalesce(message.dated_at, programme_now()) AS dated_at,
               (SELECT later.kind FROM messages AS later
                 WHERE later.subject = message.subject AND later.topic = message.topic
                   AND later.revision > message.revision
                 ORDER BY later.revision DESC LIMIT 1) AS overtaken_by,
               person.status, person.status_since, person.person_id, person.email, person.name, person.expires_at,
               person.timezone, person.generation, message.traceparent,
               (SELECT reason FROM suppressions WHERE email = lower(person.email)) AS suppressed,
               (SELECT title FROM series WHERE slug = person.series_slug ORDER BY revision DESC LIMIT 1)
                   AS series_title,
               recording.url AS recording_url, recording.duration_seconds AS recording_seconds,
               recording.captions AS recording_captions,
               coalesce(recording.withdrawn, false) AS recording_withdrawn,
               CASE WHEN recording.id IS NOT NULL THEN coalesce(
                   (SELECT bool_or(attended) FROM attendance
                     WHERE session_id = message.session_id AND person_id = person.person_id),
                   (SELECT false FROM attendance WHERE session_id = message.session_id AND attended LIMIT 1))
               END AS attended,
               CASE WHEN message.topic = 'time' THEN
                   (SELECT first.context ->> 'previous' FROM messages AS first
                     WHERE first.subject = message.subject AND first.topic = 'time'
                       AND first.position <= message.position
                       AND first.position > coalesce((SELECT max(told.position) FROM messages AS told
                                                       WHERE told.subject = message.subject
                                                         AND told.topic IN ('time', 'seat') AND told.state = 'sent'
                                                         AND told.position < message.position), 0)
                     ORDER BY first.position LIMIT 1)
               END AS previous
          FROM messages AS message
          JOIN LATERAL (
               SELECT status, status_since, person_id, email, name, NULL AS expires_at, NULL AS series_slug,
                      timezone, generation
                 FROM registrations WHERE id = message.subject
               UNION ALL
               SELECT status, revision, person_id, email, name, expires_at, series_slug, NULL, generation
                 FROM invitations WHERE id = message.subject
               UNION ALL
               SELECT CASE WHEN EXISTS (SELECT FROM completions AS done
                                         WHERE done.person_id = notice.person_id AND done.series_id = notice.series_id)
                           THEN 'completed' ELSE status END,
                      revision, person_id, email, name, expires_at, NULL, NULL, generation
                 FROM notices AS notice WHERE id = message.subject
               UNION ALL
               SELECT CASE WHEN confirmed_at IS NULL THEN 'asked' ELSE 'confirmed' END, 1, id, email, '', expires_at,
                      NULL, NULL, 0
                 FROM subscription_requests WHERE id = message.subject
               UNION ALL
               SELECT status, revision, id, email, name, NULL, NULL, NULL, generation
                 FROM subscriptions WHERE id = message.subject
               UNION ALL
               SELECT state, revision, id, message.recipient, '', NULL, NULL, NULL, 0
                 FROM newsletters WHERE id = message.subject
               UNION ALL
               SELECT state, revision, id, owner_email, owner_name, NULL, NULL, NULL, 0
                 FROM webhooks WHERE id = message.subject) AS person ON true
          LEFT JOIN recordings AS recording ON recording.id = CASE message.topic
               WHEN 'progress' THEN (SELECT id FROM recordings
                                      WHERE session_id = message.session_id AND NOT withdrawn
                                      ORDER BY published_at DESC LIMIT 1)
               ELSE message.cause END
         WHERE message.id = ANY(%(ids)s)
         ORDER BY message.position
    """
    return fetch(conn, MailContext, sql, ids=list(ids))
