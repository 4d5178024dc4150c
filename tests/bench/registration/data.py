"""A registration service that knows 1,000 sessions, and as many registrations as are wanted."""

import psycopg

from tests.bench.registration.reference import TABLES
from tests.servers import databases
from tests.servers.engines import Engines

SMALL, LARGE = "registration_small", "registration_large"
SESSIONS = 1000

KNOWN = """
    INSERT INTO sessions (id, revision, slug, title, status, policy, starts_at, ends_at)
    SELECT md5(kind || n)::uuid, 1, kind || n, 'Session ' || n, 'scheduled', 'open', now() + interval '30 days',
           now() + interval '30 days 2 hours'
      FROM unnest(ARRAY['s', 'full', 'closed']) AS kind, generate_series(0, %(last)s) AS n;
"""
CLOSED = "UPDATE sessions SET closes_at = now() - interval '1 day' WHERE slug LIKE 'closed%'"
SEATS = """
    INSERT INTO seats (session_id, session_revision, capacity, ceiling)
    SELECT id, 1, capacity, capacity
      FROM sessions, LATERAL (SELECT CASE WHEN slug LIKE 'full%' THEN 0 ELSE 1000000000 END AS capacity) AS of_it
"""
PEOPLE = """
    INSERT INTO people (id, email, name)
    SELECT md5('person' || n)::uuid, 'known' || n || '@library.example', 'Person ' || n
      FROM generate_series(1, %(number)s) AS n
"""
REGISTRATIONS = """
    INSERT INTO registrations (id, session_id, person_id, status, joined, library)
    SELECT md5('registration' || n)::uuid, md5('s' || n %% 1000)::uuid, md5('person' || n)::uuid, 'confirmed',
           1 + n / 1000, '{"name": "Springfield Public Library", "type": "public"}'
      FROM generate_series(1, %(number)s) AS n
"""
LEDGER = """
    INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
    SELECT session_id, joined, 1, joined, 'registered', id FROM registrations
"""
COUNTS = """
    UPDATE seats SET taken = number, joined = last, entries = last
      FROM (SELECT session_id AS id, count(*) AS number, max(joined) AS last FROM registrations GROUP BY 1) AS counted
     WHERE session_id = counted.id
"""


def make(engines: Engines, name: str, *, registrations: int) -> None:
    """A database with so many registrations, spread over the sessions s0 to s999; full… and closed… take none."""
    databases.clone(engines, name)
    with psycopg.connect(engines.database_url(name), autocommit=True) as conn:
        conn.execute("SET search_path TO registration")
        conn.execute("SET synchronous_commit = off")
        conn.execute(KNOWN, {"last": SESSIONS - 1})
        for statement in (CLOSED, SEATS):
            conn.execute(statement)
        for counted in (PEOPLE, REGISTRATIONS):
            conn.execute(counted, {"number": registrations})
        for statement in (LEDGER, COUNTS, TABLES):
            conn.execute(statement)
        conn.execute("GRANT ALL ON ALL TABLES IN SCHEMA registration TO registration")
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")
