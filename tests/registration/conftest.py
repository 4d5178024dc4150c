"""Registration in this process, on a real database, in a transaction that is rolled back after each test."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask

from services.registration.app import SERVICE
from services.registration.settings import RegistrationSettings
from shared import runtime
from shared.http.signin import COOKIE
from tests.registration.registration import Registration
from tests.registration.samples import DAY
from tests.servers.engines import Engines
from tests.web_client import WebClient, make_client


@pytest.fixture(scope="session")
def present(
    engines: Engines, database_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> runtime.Runtime:
    settings = RegistrationSettings(
        environment="development",
        database_url=database_urls["registration"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="https://learning.example.org",
        jwks=str(engines.secrets / "jwks.json"),
        links_key_file=engines.secrets / "links-key",
        badge_key_file=engines.secrets / "badge-key",
        clock_file=tmp_path_factory.mktemp("registration") / "clock",
    )
    return runtime.build("registration", settings, "test", pool_size=1)


@pytest.fixture(scope="session")
def app(present: runtime.Runtime) -> Flask:
    return SERVICE.create_app(present)


@pytest.fixture
def registration(
    app: Flask, present: runtime.Runtime, conn: psycopg.Connection[Any], staff_token: Callable[[str], str]
) -> Registration:
    """Nobody has registered, and nothing is known of the catalog, on a day before the first session."""
    token = staff_token("registration:read registration:write")
    registration = Registration(make_client(app), conn, present.settings.clock_file, token)
    registration.set_time(DAY)
    return registration


@pytest.fixture
def staff(registration: Registration, staff_token: Callable[[str], str]) -> WebClient:
    registration.client.set_cookie(COOKIE, staff_token("registration:read registration:write people:erase"))
    return registration.client
