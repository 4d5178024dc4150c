"""A service in this process, as tests of security look at it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from deploy import token
from shared import runtime
from tests.security.routes import SITE, Route, routes
from tests.web_client import WebClient, make_client


@dataclass(frozen=True)
class House:
    """A service: its application, its runtime, and the connection in which everything of this test happens."""

    app: Flask
    present: runtime.Runtime
    conn: psycopg.Connection[Any]
    secrets: Path

    @property
    def client(self) -> WebClient:
        """A browser, or a program, that has been nowhere yet."""
        return make_client(self.app)

    @property
    def routes(self) -> list[Route]:
        return routes(self.app)

    def staff(self, scope: str) -> str:
        """A token of staff with these scopes."""
        return token.sign(self.secrets, scope=scope)

    def ask(self, route: Route, address: str | None = None, **options: Any) -> Any:
        """The answer to a request, which comes from a page of this site where it is a form."""
        client = options.pop("client", None) or self.client
        headers = {**({} if route.method == "GET" else {"Sec-Fetch-Site": "same-origin"}), **options.pop("headers", {})}
        asked = {"base_url": SITE, "headers": headers, "buffered": True, **options}
        return client.open(address or route.address(), method=route.method, **asked)

    def content(self) -> dict[str, str | None]:
        """What each table holds, as a digest: what is the same in both was not changed in between."""
        found = self.conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
            " AND relname <> 'sign_in_requests'"
        ).fetchall()
        query = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t"
        return {name: self._value(query.format(name)) for (name,) in found}

    def _value(self, query: str) -> Any:
        row = self.conn.execute(query.encode()).fetchone()
        return row[0] if row else None
