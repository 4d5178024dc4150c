"""The three services in this process, each with things in it, as somebody meets them who means no good."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.routing import Rule

from deploy.token import SCOPES
from services.catalog.app import SERVICE as CATALOG
from services.catalog.settings import CatalogSettings
from services.notifications.app import SERVICE as NOTIFICATIONS
from services.registration.app import SERVICE as REGISTRATION
from services.registration.settings import RegistrationSettings
from shared import runtime
from shared.http.response_cache import ResponseCache
from shared.http.signin import COOKIE
from shared.service import Service
from shared.settings import Settings
from tests.conftest import PATIENT
from tests.notifications.service import make_settings
from tests.security import seeds
from tests.servers.engines import Engines
from tests.web_client import WebClient, WebResponse, make_client

SITE = "https://learning.example.org"
SERVICES: dict[str, Service] = {one.name: one for one in (CATALOG, REGISTRATION, NOTIFICATIONS)}
NOBODY = "7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7"
PARAMETER = re.compile(r"([^/<>]+)/<(?:[^<>]*:)?(\w+)>")


@dataclass
class Door:
    """One service: its application, its database in a transaction that is rolled back, and what is in it. `known`
    holds real values of parameters by the part of a path before them (`sessions/slug`); `query` by their name alone.
    """

    name: str
    app: Flask
    present: runtime.Runtime
    conn: psycopg.Connection[Any]
    token: str
    known: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    learner: str = ""

    @property
    def staff(self) -> dict[str, str]:
        """The header by which staff who may do everything are known."""
        return {"Authorization": f"Bearer {self.token}"}

    def client(self) -> WebClient:
        """A browser in which staff who may do everything, and a learner, are signed in; its forms are this site's."""
        made = make_client(self.app)
        made.environ_base.update(HTTP_SEC_FETCH_SITE="same-origin")
        made.set_cookie(COOKIE, self.token, domain="learning.example.org")
        if self.learner:
            made.set_cookie("convene_learner", self.learner, domain="learning.example.org", path="/registration")
        return made

    def send(self, method: str, path: str, **kwargs: Any) -> WebResponse:
        """What is answered to a request of staff; nothing of what it did stays."""
        headers = kwargs.pop("headers", {}) | ({} if kwargs.pop("anyone", False) else self.staff)
        with self.conn.transaction(force_rollback=True):
            return self.client().open(path, method=method, headers=headers, base_url=SITE, buffered=True, **kwargs)

    def fill(self, path: str) -> str:
        """A path of a Flask rule with real values, where there are any, in place of its parameters."""
        chosen = re.sub(r"<any\(([^),]+)[^>]*>", lambda found: found[1].strip("'\""), path)
        while found := PARAMETER.search(chosen):
            value = self.value(found[1], found[2], found[0])
            chosen = f"{chosen[: found.start()]}{found[1]}/{value}{chosen[found.end() :]}"
        return chosen

    def value(self, before: str, name: str, shape: str = "") -> str:
        """A real value of the parameter `name` after this part of a path; else one that nothing has."""
        unknown = NOBODY if "uuid:" in shape or name in ("id", "delivery") else "1" if "int:" in shape else "nothing"
        return self.known.get(f"{before}/{name}", unknown)


@dataclass(frozen=True)
class Route:
    """One route that is written to: by which method, where, and which types of content it takes."""

    method: str
    rule: str
    path: str
    consumes: frozenset[str]

    @property
    def is_api(self) -> bool:
        return "/v1/" in self.rule


def writing(door: Door) -> list[Route]:
    """Every route of the service that takes a body, with the addresses of real things."""
    found = [
        Route(method, rule.rule, door.fill(rule.rule), frozenset(_consumes(door, rule)))
        for rule in door.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})
    ]
    return [route for route in found if route.consumes]


def _consumes(door: Door, rule: Rule) -> set[str]:
    return getattr(door.app.view_functions[rule.endpoint], "consumes", set())


@contextmanager
def open_door(present: runtime.Runtime, app: Flask, token: str) -> Iterator[Door]:
    """The service, with everything in it that `seeds` puts there; all of it is rolled back."""
    if ResponseCache in present.memory:
        present.memory[ResponseCache].clear()
    with (
        # A transaction of ours may be idle for longer than one of the service.
        psycopg.connect(present.settings.database_url, autocommit=True, options=PATIENT) as conn,
        runtime.use(present),
        conn.transaction(force_rollback=True),
        runtime.share_connection(conn),
    ):
        door = Door(present.service, app, present, conn, token)
        seeds.SEEDS[present.service](door)
        yield door


@pytest.fixture(scope="session")
def houses(
    engines: Engines, database_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[runtime.Runtime, Flask]]:
    """Each service by its name: what it runs with, and its application."""
    folder = tmp_path_factory.mktemp("hostile")
    made = {name: _settings(name, engines, database_urls[name], folder) for name in SERVICES}
    presents = {name: runtime.build(name, settings, "test", pool_size=1) for name, settings in made.items()}
    return {name: (present, SERVICES[name].create_app(present)) for name, present in presents.items()}


def _settings(name: str, engines: Engines, url: str, folder: Path) -> Settings:
    if name == "notifications":
        return replace(make_settings(engines, url), public_url=SITE)
    common: dict[str, Any] = {
        "environment": "development",
        "database_url": url,
        "broker_url": "amqp://nobody@127.0.0.1:1/convene",
        "public_url": SITE,
        "jwks": str(engines.secrets / "jwks.json"),
        "clock_file": folder / f"{name}-clock",
        "stamp_seconds": 0,
    }
    if name == "catalog":
        return CatalogSettings(**common)
    keys: dict[str, Any] = {
        "links_key_file": engines.secrets / "links-key",
        "badge_key_file": engines.secrets / "badge-key",
    }
    return RegistrationSettings(**common, **keys)


@pytest.fixture(params=SERVICES)
def door(
    request: pytest.FixtureRequest,
    houses: dict[str, tuple[runtime.Runtime, Flask]],
    staff_token: Callable[[str], str],
) -> Iterator[Door]:
    """Each service in turn."""
    with open_door(*houses[request.param], staff_token(SCOPES)) as made:
        yield made
