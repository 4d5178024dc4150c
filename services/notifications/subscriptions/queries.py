"""SQL of the newsletter's readers. Addresses are folded."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_one, fetch_value, stream

Status = Literal["confirmed", "ended"]
Act = Literal["confirmed", "changed", "ended"]


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """What somebody wants to hear of; `email` is folded. No library types are all of them, and so with topics."""

    email: str
    name: str = ""
    library_types: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    digest: bool = False


@dataclass(frozen=True)
class Origin:
    """From where somebody speaks: an address, or a form of ours; and the network, by which requests from outside are
    limited.
    """

    address: str
    network: str | None


@dataclass(frozen=True)
class Subscription:
    id: UUID
    position: int
    revision: int
    email: str
    name: str
    status: Status
    library_types: list[str]
    topics: list[str]
    digest: bool
    confirmed_at: datetime
    ended_at: datetime | None
    generation: int = 0


@dataclass(frozen=True)
class ExportedReader:
    """A reader, with the proof of the consent that stands."""

    email: str
    name: str
    status: Status
    library_types: list[str]
    topics: list[str]
    digest: bool
    confirmed_at: datetime
    given_from: str
    wording: str
    ended_at: datetime | None


def lock_by_email(conn: Connection, email: str) -> Subscription | None:
    sql = """
        SELECT id, position, revision, email, name, status, library_types, topics, digest, confirmed_at, ended_at,
               generation
          FROM subscriptions WHERE email = %(email)s FOR UPDATE
    """
    return fetch_one(conn, Subscription, sql, email=email)


def lock(conn: Connection, id: UUID) -> Subscription | None:
    sql = """
        SELECT id, position, revision, email, name, status, library_types, topics, digest, confirmed_at, ended_at,
               generation
          FROM subscriptions WHERE id = %(id)s FOR UPDATE
    """
    return fetch_one(conn, Subscription, sql, id=id)


def raise_generation(conn: Connection, id: UUID) -> None:
    """End the links to a reader's preferences that were mailed so far."""
    execute(conn, "UPDATE subscriptions SET generation = generation + 1 WHERE id = %(id)s", id=id)


def upsert_from_request(conn: Connection, request: UUID) -> UUID:
    """Begin a subscription, or begin it again, as its request wants it."""
    sql = """
        INSERT INTO subscriptions AS known (email, name, library_types, topics, digest, confirmed_at)
        SELECT email, name, library_types, topics, digest, programme_now()
          FROM subscription_requests WHERE id = %(request)s
        ON CONFLICT (email) DO UPDATE
           SET revision = known.revision + 1, name = excluded.name, status = 'confirmed', ended_at = NULL,
               ended_by = NULL, library_types = excluded.library_types, topics = excluded.topics,
               digest = excluded.digest, confirmed_at = excluded.confirmed_at
        RETURNING id
    """
    return fetch_value(conn, sql, request=request)


def select_statuses(conn: Connection, emails: list[str]) -> dict[str, Status]:
    """Of these addresses those that are known, left included."""
    sql = "SELECT email, status FROM subscriptions WHERE email = ANY(%(emails)s)"
    return dict(conn.execute(sql, {"emails": emails}).fetchall())


def insert_imported(conn: Connection, wish: SignUp, *, confirmed_at: datetime, given_from: str, wording: str) -> None:
    """A subscription that was confirmed elsewhere, with its proof; where the address is known, nothing."""
    sql = """
        WITH made AS (
            INSERT INTO subscriptions (email, name, library_types, topics, digest, confirmed_at)
            VALUES (%(email)s, %(name)s, %(library_types)s::text[], %(topics)s::text[], %(digest)s, %(confirmed_at)s)
            ON CONFLICT (email) DO NOTHING RETURNING id
        )
        INSERT INTO consents (subscription_id, act, at, given_from, wording)
        SELECT id, 'imported', %(confirmed_at)s, %(given_from)s, %(wording)s FROM made
    """
    execute(conn, sql, confirmed_at=confirmed_at, given_from=given_from, wording=wording, **asdict(wish))


def update_wish(conn: Connection, wanted: Subscription) -> None:
    sql = """
        UPDATE subscriptions
           SET revision = revision + 1, name = %(name)s, library_types = %(library_types)s::text[],
               topics = %(topics)s::text[], digest = %(digest)s
         WHERE id = %(id)s
    """
    execute(conn, sql, **asdict(wanted))


def end(conn: Connection, id: UUID, *, issue: UUID | None) -> None:
    sql = """
        UPDATE subscriptions
           SET revision = revision + 1, status = 'ended', ended_at = programme_now(), ended_by = %(issue)s
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id, issue=issue)


def insert_asked(conn: Connection, id: UUID, request: UUID) -> None:
    """Keep the request as the first half of the proof."""
    sql = """
        INSERT INTO consents (subscription_id, act, at, given_from, wording)
        SELECT %(id)s, 'asked', asked_at, asked_from, wording FROM subscription_requests WHERE id = %(request)s
    """
    execute(conn, sql, id=id, request=request)


def insert_consent(conn: Connection, id: UUID, act: Act, *, given_from: str, wording: str) -> None:
    """Keep what a reader did now."""
    sql = """
        INSERT INTO consents (subscription_id, act, at, given_from, wording)
        VALUES (%(id)s, %(act)s, programme_now(), %(given_from)s, %(wording)s)
    """
    execute(conn, sql, id=id, act=act, given_from=given_from, wording=wording)


def select_consents(conn: Connection, id: UUID) -> list[dict[str, object]]:
    """What a reader did, in order."""
    sql = "SELECT act, at, given_from, wording FROM consents WHERE subscription_id = %(id)s ORDER BY id"
    return fetch_dicts(conn, sql, id=id)


def select_readers(
    conn: Connection,
    *,
    email: str | None,
    status: Status | None,
    library_type: str | None,
    topic: str | None,
    before: int | None,
    limit: int,
) -> list[Subscription]:
    """The newest first; `before` is the position that the page before ended with."""
    sql = """
        SELECT * FROM readers
         WHERE (%(email)s::text IS NULL OR email = %(email)s)
           AND (%(status)s::text IS NULL OR status = %(status)s)
           AND (%(library_type)s::text IS NULL OR %(library_type)s = ANY(library_types))
           AND (%(topic)s::text IS NULL OR %(topic)s = ANY(topics))
           AND (%(before)s::bigint IS NULL OR position < %(before)s)
         ORDER BY position DESC LIMIT %(limit)s
    """
    return fetch(
        conn,
        Subscription,
        sql,
        email=email,
        status=status,
        library_type=library_type,
        topic=topic,
        before=before,
        limit=limit,
    )


def stream_readers(conn: Connection) -> Iterator[ExportedReader]:
    """Every reader, those who left included, in the order in which they came."""
    sql = """
        SELECT email, name, status, library_types, topics, digest, confirmed_at, given_from, wording, ended_at
          FROM readers JOIN LATERAL (
               SELECT given_from, wording FROM consents
                WHERE subscription_id = readers.id AND act IN ('confirmed', 'imported')
                ORDER BY id DESC LIMIT 1) AS proof ON true
         ORDER BY position
    """
    return stream(conn, ExportedReader, sql)


def blank_mails(conn: Connection, id: UUID, *, email: str) -> None:
    """Leave nothing in a reader's mails that tells who it was; those that wait are not due any more."""
    for sql in (
        """
        UPDATE messages SET state = 'superseded', reason = 'the reader was forgotten', next_attempt_at = NULL
         WHERE state IN ('queued', 'retry', 'in_doubt')
           AND (subject = %(id)s OR subject IN (SELECT id FROM subscription_requests WHERE email = %(email)s))
        """,
        """
        UPDATE messages SET recipient = '', context = '{}', reply = NULL
         WHERE subject = %(id)s OR subject IN (SELECT id FROM subscription_requests WHERE email = %(email)s)
        """,
    ):
        execute(conn, sql, id=id, email=email)


def delete(conn: Connection, id: UUID, *, email: str) -> None:
    """Delete a reader with the proof of what they did, and every request for their address."""
    execute(conn, "DELETE FROM subscription_requests WHERE email = %(email)s", email=email)
    execute(conn, "DELETE FROM subscriptions WHERE id = %(id)s", id=id)
