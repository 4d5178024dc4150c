"""The three services in this process on a real database, each in a transaction that is rolled back after the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from deploy import docs
from services.catalog.settings import CatalogSettings
from services.registration.settings import RegistrationSettings
from shared import runtime
from tests.catalog.catalog import Catalog, forget
from tests.catalog.programs import DAY
from tests.conftest import PATIENT
from tests.messaging.conftest import bench
from tests.notifications.desk import Desk
from tests.notifications.service import make_settings
from tests.registration.registration import Registration
from tests.registration.samples import DAY as REGISTRATION_DAY
from tests.security.houses import House
from tests.security.linked import Things, read, take_part
from tests.security.routes import SITE
from tests.servers.engines import SERVICES, Engines

__all__ = ["bench"]

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

    keys: dict[str, Any] = {
        "links_key_file": engines.secrets / "links-key",
        "badge_key_file": engines.secrets / "badge-key",
    }
    settings = {
        "catalog": CatalogSettings(**common("catalog"), stamp_seconds=0),
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


@pytest.fixture
def taking_part(registration: Registration) -> Things:
    """Ada and Eve have a seat, an invitation, and a link to sign in."""
    return take_part(registration)


@pytest.fixture
def reading(desk: Desk) -> Things:
    """Ada and Eve read the newsletter."""
    return read(desk)


@contextmanager
def _open(presents: Presents, service: str, secrets: Path) -> Iterator[House]:
    app, present = presents[service]
    if service == "catalog":
        forget(present)
    with (
        psycopg.connect(present.settings.database_url, autocommit=True, options=PATIENT) as conn,
        runtime.use(present),
        conn.transaction(force_rollback=True),
        runtime.share_connection(conn),
    ):
        yield House(app, present, conn, secrets)
