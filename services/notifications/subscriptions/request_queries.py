"""SQL of requests for the newsletter, which wait for their confirmation."""

from dataclasses import asdict, dataclass
from uuid import UUID

from psycopg import Connection

from services.notifications.subscriptions.queries import Origin, SignUp
from shared.database import execute, fetch_one


@dataclass(frozen=True)
class SubscriptionRequest:
    """Somebody's claim that an address wants the newsletter."""

    id: UUID
    email: str
    wording: str
    confirmed: bool
    expired: bool


def insert_request(conn: Connection, id: UUID, wish: SignUp, origin: Origin, *, wording: str, days: int) -> None:
    """Keep a request, which is good for `days` days."""
    sql = """
        INSERT INTO subscription_requests (id, email, name, library_types, topics, digest, asked_from, network, wording,
                                           expires_at)
        VALUES (%(id)s, %(email)s, %(name)s, %(library_types)s::text[], %(topics)s::text[], %(digest)s, %(address)s,
                %(network)s, %(wording)s, programme_now() + make_interval(days => %(days)s))
    """
    execute(conn, sql, id=id, wording=wording, days=days, **asdict(origin), **asdict(wish))


def lock_request(conn: Connection, id: UUID) -> SubscriptionRequest | None:
    sql = """
        SELECT id, email, wording, confirmed_at IS NOT NULL AS confirmed, expires_at <= programme_now() AS expired
          FROM subscription_requests WHERE id = %(id)s FOR UPDATE
    """
    return fetch_one(conn, SubscriptionRequest, sql, id=id)


def mark_confirmed(conn: Connection, id: UUID) -> None:
    execute(conn, "UPDATE subscription_requests SET confirmed_at = programme_now() WHERE id = %(id)s", id=id)


def delete_expired_requests(conn: Connection) -> int:
    """Forget addresses that nobody confirmed, and requests that have served."""
    sql = """
        DELETE FROM subscription_requests
         WHERE expires_at < programme_now() AND counted_at < clock_timestamp() - interval '1 day'
    """
    return execute(conn, sql)
