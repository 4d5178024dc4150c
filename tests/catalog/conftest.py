"""The catalog in this process, on a real database, in a transaction that is rolled back after each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from services.catalog.app import SERVICE
from services.catalog.settings import CatalogSettings
from shared import runtime
from tests.catalog.catalog import Catalog, forget
from tests.catalog.programs import DAY, small
from tests.servers.engines import Engines
from tests.web_client import make_client


@pytest.fixture(scope="session")
def present(
    engines: Engines, database_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> runtime.Runtime:
    settings = CatalogSettings(
        environment="development",
        database_url=database_urls["catalog"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="https://learning.example.org",
        jwks=str(engines.secrets / "jwks.json"),
        clock_file=tmp_path_factory.mktemp("catalog") / "clock",
        stamp_seconds=0,
    )
    return runtime.build("catalog", settings, "test", pool_size=1)


@pytest.fixture(scope="session")
def app(present: runtime.Runtime) -> Flask:
    return SERVICE.create_app(present)


@pytest.fixture
def catalog(
    app: Flask, present: runtime.Runtime, conn: psycopg.Connection[Any], staff_token: Callable[[str], str]
) -> Catalog:
    """An empty catalog on the day of the announcement."""
    forget(present)
    catalog = Catalog(make_client(app), conn, present.settings.clock_file, staff_token("catalog:write"))
    catalog.set_time(DAY)
    return catalog


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    """A catalog with the small program of `programmes.py`."""
    catalog.take_in(small())
    return catalog


@pytest.fixture
def committed(engines: Engines, fresh_database: str, tmp_path: Path) -> Iterator[runtime.Runtime]:
    """A catalog whose writers commit."""
    settings = CatalogSettings(
        environment="development",
        database_url=engines.database_url(fresh_database, "catalog"),
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="https://learning.example.org",
        jwks="none",
        stamp_seconds=0,
    )
    present = runtime.build("catalog", settings, "test", pool_size=8)
    present.database.open()
    yield present
    present.database.close()


@pytest.fixture
def owned(present: runtime.Runtime, engines: Engines, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner, who may empty the catalog."""
    url = engines.database_url(database, "catalog_owner")
    with (
        psycopg.connect(url, autocommit=True) as conn,
        runtime.use(present),
        conn.transaction(force_rollback=True),
        runtime.share_connection(conn),
    ):
        yield conn
