"""The catalog in this process, as its callers and its operators see it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from services.catalog.discovery.session_cache import SessionCache
from shared import runtime
from shared.http.response_cache import ResponseCache
from tests.web_client import WebClient, WebResponse

V1 = "/catalog/v1"


class Catalog:
    """The catalog as its callers and its operators see it."""

    def __init__(self, client: WebClient, conn: psycopg.Connection[Any], clock: Path, token: str) -> None:
        self.client = client
        self.conn = conn
        self.clock = clock
        self.staff = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> WebResponse:
        return self.client.get(V1 + path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def show(self, path: str) -> Any:
        """The document at `path`, which is there."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        return response.json

    def slugs(self, path: str) -> list[str]:
        return [item["slug"] for item in self.show(path)["items"]]

    def send(self, document: Any, query: str = "", **headers: str) -> WebResponse:
        """Import a program document, as staff."""
        return self.client.post(f"{V1}/imports{query}", json=document, headers=self.staff | headers)

    def take_in(self, document: Any) -> dict[str, list[str]]:
        """Import a document that is right; what became of what, as `kind/slug`."""
        response = self.send(document)
        assert response.status_code == 200, response.text
        report = response.json
        assert report
        names = ("created", "changed", "unchanged")
        return {name: [f"{one['kind']}/{one['slug']}" for one in report[name]] for name in names}

    def act(self, path: str, body: Any = None, **headers: str) -> WebResponse:
        """An action on a session, as staff."""
        return self.client.post(f"{V1}/sessions/{path}", json=body, headers=self.staff | headers)

    def put(self, slug: str, part: Any, etag: str | None) -> WebResponse:
        headers = self.staff | ({"If-Match": etag} if etag else {})
        return self.client.put(f"{V1}/sessions/{slug}", json=part, headers=headers)

    def set_time(self, moment: str) -> None:
        """From now on it is `moment`."""
        begun = self.value("SELECT now()")  # now() does not advance within a transaction
        self.clock.write_text(repr((datetime.fromisoformat(moment) - begun).total_seconds()))
        runtime.current().database.set_clock(self.conn)

    def events(self) -> list[dict[str, Any]]:
        """The events recorded so far, in order."""
        return [row["document"] for row in self.rows("SELECT document FROM outbox ORDER BY position")]

    def new_events(self, act: Callable[[], Any]) -> list[dict[str, Any]]:
        """The events that `act` records."""
        before = len(self.events())
        act()
        return self.events()[before:]

    def rows(self, query: LiteralString) -> list[dict[str, Any]]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query).fetchall()

    def value(self, query: LiteralString) -> Any:
        [row] = self.rows(query)
        return next(iter(row.values()))


def forget(present: runtime.Runtime) -> None:
    """Clear caches: another test may have used the same revisions."""
    present.memory[ResponseCache].clear()
    present.memory.pop(SessionCache, None)


def types(events: list[dict[str, Any]]) -> list[str]:
    """The types of events without the service's name."""
    return [event["type"].removeprefix("catalog.") for event in events]
