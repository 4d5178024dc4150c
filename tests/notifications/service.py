"""Notifications in this process: its settings, its runtime, the events it receives, and the rows of its emails."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from services.notifications.app import SERVICE
from services.notifications.settings import NotificationsSettings
from shared import runtime
from shared.clock import Clock
from shared.database import Database
from shared.events.envelope import Envelope, Event
from tests.notifications.samples import arrived
from tests.servers.engines import Engines

MAIL_FROM = "Learning at ALA <learning@ala.example>"


def make_settings(engines: Engines, database_url: str, **changes: Any) -> NotificationsSettings:
    given: dict[str, Any] = {
        "environment": "development",
        "database_url": database_url,
        "broker_url": "amqp://nobody@127.0.0.1:1/none",
        "public_url": "http://localhost:8080",
        "jwks": str(engines.secrets / "jwks.json"),
        "links_key_file": Path(engines.secrets / "links-key"),
        "smtp_url": "smtp://127.0.0.1:1",
        "mail_from": MAIL_FROM,
        "settle_seconds": 0.0,
    }
    return NotificationsSettings(**(given | changes))


def make_runtime(settings: NotificationsSettings) -> runtime.Runtime:
    clock = Clock()
    return runtime.Runtime("notifications", settings, clock, Database(settings.database_url, clock, size=2))


def receive(conn: psycopg.Connection[Any], *events: Event) -> None:
    """Handle events as the processor does."""
    handle(conn, *[arrived(event) for event in events])


def handle(conn: psycopg.Connection[Any], *events: tuple[Event, Envelope]) -> None:
    handlers = SERVICE.event_handlers()
    for typed, envelope in events:
        for handler in handlers.get(envelope.type, ()):
            handler(conn, [(typed, envelope)])


def rows(conn: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """Every mail's row, in the order in which they were caused."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("SELECT * FROM messages ORDER BY position").fetchall()
