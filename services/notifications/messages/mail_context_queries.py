"""What is known of emails when they go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch

# The subject of a message, whichever table it is in, with the address as it is now.
PERSON: LiteralString = """
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
                 FROM webhooks WHERE id = message.subject
"""
# When a session was to take place by the last email that told its time.
PREVIOUS: LiteralString = """
    SELECT first.context ->> 'previous' FROM messages AS first
                     WHERE first.subject = message.subject AND first.topic = 'time'
                       AND first.position <= message.position
                       AND first.position > coalesce((SELECT max(told.position) FROM messages AS told
                                                       WHERE told.subject = message.subject
                                                         AND told.topic IN ('time', 'seat') AND told.state = 'sent'
                                                         AND told.position < message.position), 0)
                     ORDER BY first.position LIMIT 1
"""


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


def select_mail_contexts(conn: Connection, ids: Sequence[UUID]) -> list[MailContext]:
    """Return the emails with what is known now, in the order in which they were caused."""
    sql: LiteralString = f"""
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
               CASE WHEN message.topic = 'time' THEN ({PREVIOUS}) END AS previous
          FROM messages AS message
          JOIN LATERAL ({PERSON}) AS person ON true
          LEFT JOIN recordings AS recording ON recording.id = CASE message.topic
               WHEN 'progress' THEN (SELECT id FROM recordings
                                      WHERE session_id = message.session_id AND NOT withdrawn
                                      ORDER BY published_at DESC LIMIT 1)
               ELSE message.cause END
         WHERE message.id = ANY(%(ids)s)
         ORDER BY message.position
    """  # noqa: S608 made of constants
    return fetch(conn, MailContext, sql, ids=list(ids))
