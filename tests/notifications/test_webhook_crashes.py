"""A worker that is killed at any instant loses no message to an outside site, and sends it again under its id."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.endpoints import domain
from shared.events.envelope import Event, parse_envelope
from shared.messaging import inbox
from tests.notifications.outside import WANTED, Site, answers_late
from tests.notifications.samples import a_series, encoded
from tests.processes import Process
from tests.waiting import eventually

MESSAGES = 20


@pytest.fixture
def environment(service_environments: dict[str, dict[str, str]], site: Site) -> dict[str, str]:
    return service_environments["notifications"] | {"WEBHOOK_ALLOW": f"127.0.0.1:{site.port}"}


@pytest.fixture
def conn(environment: dict[str, str], site: Site) -> Iterator[psycopg.Connection[Any]]:
    """The workers' database, with a webhook to the site."""
    names = ("database_url", "broker_url", "public_url", "jwks", "smtp_url", "mail_from", "webhook_allow")
    given: dict[str, Any] = {name: environment[name.upper()] for name in names}
    settings = NotificationsSettings(**given, links_key_file=Path(environment["LINKS_KEY_FILE"]))
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as conn:
        domain.create(conn, settings, {**WANTED, "url": site.url})
        yield conn


def take_in(conn: psycopg.Connection[Any], *events: Event) -> set[str]:
    """Let events be received, as if they had come from the broker; their ids."""
    arrivals = [inbox.IncomingEvent(*parse_envelope(encoded(event))) for event in events]
    inbox.insert(conn, arrivals)
    return {str(arrival.envelope.id) for arrival in arrivals}


def states(conn: psycopg.Connection[Any]) -> dict[str, int]:
    return dict(conn.execute("SELECT state, count(*) FROM webhook_deliveries GROUP BY state").fetchall())


@pytest.mark.parametrize(("point", "again"), [("webhook.after_claim", 0), ("webhook.after_answer:7", 2)])
def test_a_worker_that_is_killed_loses_nothing_and_doubles_only_what_was_under_way(
    conn: psycopg.Connection[Any], worker: Callable[[], Process], site: Site, point: str, again: int
) -> None:
    ids = take_in(conn, *[a_series() for _ in range(MESSAGES)])
    dying = worker().start(FAILPOINT=f"{point}=kill")
    assert dying.wait_dead() == -9

    worker().start()

    eventually(lambda: states(conn) == {"delivered": MESSAGES}, seconds=30)
    assert set(site.ids) == ids
    assert len(site.ids) <= MESSAGES + again
    assert (len(site.ids) > MESSAGES) == bool(again)


def test_a_worker_that_is_asked_to_stop_waits_for_the_calls_that_are_under_way(
    conn: psycopg.Connection[Any], worker: Callable[[], Process], site: Site
) -> None:
    process = worker().start().wait_ready()
    site.usual = answers_late
    take_in(conn, *[a_series() for _ in range(MESSAGES)])
    eventually(lambda: len(site.requests) == 2)
    os.kill(process.pid, signal.SIGTERM)
    site.over.set()

    assert process.wait_dead() == 0

    assert states(conn).keys() <= {"delivered", "queued"}
    assert states(conn)["delivered"] == len(site.ids) == len(set(site.ids)) >= 2
