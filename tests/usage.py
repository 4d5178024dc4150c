"""Counts of rate limits: tests use them up and let their time pass."""

import psycopg

from shared import rate_limits
from shared.rate_limits import Charge


def use_up(conn: psycopg.Connection, kind: str, whose: str, *, most: int, seconds: int, left: int) -> None:
    """Count all but `left` of what a limit allows."""
    rate_limits.consume(conn, [Charge(kind, whose, most, seconds, "", amount=most - left)])


def use_up_network(conn: psycopg.Connection, network: str, *, left: int) -> None:
    """All but `left` of the mails that a network may cause in ten minutes."""
    use_up(conn, "network mails", network, most=2000, seconds=600, left=left)


def let_pass(conn: psycopg.Connection, *, hours: int) -> None:
    """Count as if it had been so much earlier; of no use for limits whose time is longer."""
    conn.execute("DELETE FROM usage_counts WHERE expires_at < clock_timestamp() + %s * interval '70 minutes'", [hours])
