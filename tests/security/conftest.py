"""The three services in this process on a real database, each in a transaction that is rolled back after the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from deploy import docs, token
from services.registration.settings import RegistrationSettings
from shared import runtime
from shared.settings import Settings
from tests.catalog.conftest import Catalog, forget
from tests.catalog.programmes import DAY
from tests.notifications.conftest import Desk, make_settings
from tests.registration.conftest import Registration
from tests.registration.programmes import DAY as REGISTRATION_DAY
from tests.security.routes import SITE, Route, routes
from tests.servers.engines import SERVICES, Engines


@dataclass(frozen=True)
class House:
    """A service: its application, its runtime, and the connection in which everything of this test happens."""

    app: Flask
    present: runtime.Runtime
    conn: psycopg.Connection[Any]
    secrets: Path

    @property
    def client(self) -> FlaskClient:
        """A browser, or a program, that has been nowhere yet."""
        return self.app.test_client()

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
        asked = {"base_url": SITE, "headers": headers, **options}
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
        row = self.conn.execute(query).fetchone()  # pyright: ignore[reportArgumentType]
        return row[0] if row else None


Presents = dict[str, tuple[Flask, runtime.Runtime]]


@pytest.fixture(scope="session")
def presents(engines: Engines, database_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Presents:
    """Each service's application and runtime."""

    def common(service: str) -> dict[str, Any]:
        return {
            "environment": "development",
            "database_url": database_urls[service],
            "broker_url": "amqp://nobody@127.0.0.1:1/convene",
            "public_url": SITE,
            "jwks": str(engines.secrets / "jwks.json"),
            "clock_file": tmp_path_factory.mktemp(service) / "clock",
        }

    keys = {"links_key_file": engines.secrets / "links-key", "badge_key_file": engines.secrets / "badge-key"}
    settings = {
        "catalog": Settings(**common("catalog"), stamp_seconds=0),
        "registration": RegistrationSettings(**common("registration"), **keys),
        "notifications": make_settings(engines, **common("notifications")),
    }
    made = {name: runtime.build(name, found, "test", pool_size=1) for name, found in settings.items()}
    return {name: (docs._service(name).create_app(present), present) for name, present in made.items()}


@pytest.fixture(params=SERVICES)
def house(request: pytest.FixtureRequest, presents: Presents, engines: Engines) -> Iterator[House]:
    """Each service in turn, with nothing in it."""
    with _open(presents, request.param, engines.secrets) as found:
        yield found


@pytest.fixture
def registering(presents: Presents, engines: Engines) -> Iterator[House]:
    with _open(presents, "registration", engines.secrets) as found:
        yield found


@pytest.fixture
def notifying(presents: Presents, engines: Engines) -> Iterator[House]:
    with _open(presents, "notifications", engines.secrets) as found:
        yield found


@pytest.fixture
def publishing(presents: Presents, engines: Engines) -> Iterator[House]:
    with _open(presents, "catalog", engines.secrets) as found:
        yield found


@pytest.fixture
def registration(registering: House, staff_token: Callable[[str], str]) -> Registration:
    """Registration on a day before the first session, as its callers and the catalog's events see it."""
    scope = "registration:read registration:write people:erase"
    made = Registration(
        registering.client, registering.conn, registering.present.settings.clock_file, staff_token(scope)
    )
    made.set_time(REGISTRATION_DAY)
    return made


@pytest.fixture
def catalog(publishing: House, staff_token: Callable[[str], str]) -> Catalog:
    """An empty catalog on the day of the announcement."""
    made = Catalog(
        publishing.client, publishing.conn, publishing.present.settings.clock_file, staff_token("catalog:write")
    )
    made.set_time(DAY)
    return made


@pytest.fixture
def desk(notifying: House) -> Desk:
    """Events in, mails out."""
    return Desk(notifying.conn, notifying.present)


@contextmanager
def _open(presents: Presents, service: str, secrets: Path) -> Iterator[House]:
    app, present = presents[service]
    if service == "catalog":
        forget(present)
    with (
        psycopg.connect(present.settings.database_url, autocommit=True) as conn,
        runtime.use(present),
        conn.transaction(force_rollback=True),
        runtime.lend(conn),
    ):
        yield House(app, present, conn, secrets)
