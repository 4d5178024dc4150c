"""Databases with 1,000 and with 100,000 sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from services.catalog.imports.domain import import_programme
from services.catalog.recordings import domain as recordings
from services.catalog.scheduling import domain as scheduling
from shared import runtime
from shared.settings import Settings
from tests.bench.catalog import programme
from tests.bench.catalog.multiply import multiply
from tests.servers import databases
from tests.servers.engines import Engines

THOUSAND, HUNDRED_THOUSAND = "thousand", "hundred_thousand"
RECORDED = 3  # one of so many that have ended


def make(engines: Engines, *, large: bool) -> None:
    """Both databases, or the small one alone."""
    make_thousand(engines, THOUSAND)
    if large:
        make_hundred_thousand(engines, HUNDRED_THOUSAND, thousand=THOUSAND)


def make_thousand(engines: Engines, name: str) -> None:
    """A database of 1,000 public sessions, taken in as staff would."""
    databases.clone(engines, name)
    take_in(engines, name, programme.documents())
    _analyze(engines, name)


def make_hundred_thousand(engines: Engines, name: str, *, thousand: str) -> None:
    """A database of 100,000, multiplied from that of 1,000."""
    databases.copy(engines, name, source=thousand)
    with psycopg.connect(engines.database_url(name), autocommit=True) as conn:
        multiply(conn, programme.language().words[:99])
    _analyze(engines, name)


def take_in(engines: Engines, name: str, documents: list[dict[str, Any]]) -> None:
    """Import programme documents into database `name`, hold what has ended, and publish recordings of some of it."""
    with _catalog(engines, name) as conn:
        for document in documents:
            with conn.transaction():
                import_programme(conn, document, actor="bench")
        with conn.transaction():
            while scheduling.hold_ended(conn):
                pass
        _publish_recordings(conn)


def _publish_recordings(conn: psycopg.Connection) -> None:
    held = "SELECT slug FROM entries JOIN sessions USING (id) WHERE status = 'held' ORDER BY slug"
    slugs = [slug for (slug,) in conn.execute(held)][::RECORDED]
    for slug in slugs:
        with conn.transaction():
            recordings.publish(
                conn,
                slug,
                url=f"https://video.example.org/{slug}",
                duration_seconds=5400,
                captions=True,
                captions_url=None,
                transcript_url=None,
            )


def _analyze(engines: Engines, name: str) -> None:
    with psycopg.connect(engines.database_url(name), autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")


@contextmanager
def _catalog(engines: Engines, name: str) -> Iterator[psycopg.Connection]:
    """The catalog in this process, on database `name`."""
    settings = Settings(
        environment="development",
        database_url=engines.database_url(name, "catalog"),
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="http://localhost:8080",
        jwks=str(engines.secrets / "jwks.json"),
    )
    present = runtime.build("catalog", settings, "bench", pool_size=1)
    with psycopg.connect(settings.database_url, autocommit=True) as conn, runtime.use(present):
        yield conn
