"""Migrations: many start at once, one applies; what was applied is not edited."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from services.catalog.app import SERVICE
from shared.migrate import folders
from shared.migrate import migrate as apply
from shared.settings import Settings, load
from tests.servers import databases
from tests.servers.engines import Engines

CONCURRENTLY = """-- Types are looked up.
-- transactional: false
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY outbox_types ON outbox (type);
"""


@pytest.fixture
def empty_database(engines: Engines) -> Iterator[str]:
    """A database with roles and schemas, in which nothing was migrated."""
    name = f"convene_{uuid4().hex[:12]}"
    engines.create_services(name)
    yield name
    databases.drop(engines, name)


def migrate(engines: Engines, database: str) -> subprocess.CompletedProcess[str]:
    told = databases.migration_environment(engines, "catalog", database=database)
    line = [sys.executable, "-m", "services.catalog", "migrate"]
    return subprocess.run(
        line, cwd=databases.ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False
    )


def test_ten_at_once_apply_everything_once(engines: Engines, empty_database: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda _: migrate(engines, empty_database), range(10)))

    assert [result.returncode for result in results] == [0] * 10
    assert sum("0001_catalog" in result.stdout for result in results) == 1


def test_a_file_that_was_applied_and_then_edited_is_refused(engines: Engines, empty_database: str) -> None:
    assert migrate(engines, empty_database).returncode == 0
    with psycopg.connect(engines.database_url(empty_database, "catalog_owner"), autocommit=True) as conn:
        conn.execute("UPDATE migration_digest SET sha256 = 'another' WHERE file = 'catalog/0001_catalog.sql'")

    refused = migrate(engines, empty_database)

    assert refused.returncode != 0
    assert "applied and then edited" in refused.stderr


def test_an_index_is_made_concurrently_by_a_file_that_is_no_transaction(
    engines: Engines, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = databases.migration_environment(engines, "catalog", database=empty_database)
    assert migrate(engines, empty_database).returncode == 0
    folder = tmp_path / "catalog" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0999_types.sql").write_text(CONCURRENTLY)
    known = folders("catalog")
    monkeypatch.setattr("shared.migrate.folders", lambda _: [*known, folder])
    for name, value in told.items():
        monkeypatch.setenv(name, value)

    assert apply("catalog", load(Settings), writes=SERVICE.writes) == ["catalog/0999_types.sql"]

    with psycopg.connect(told["DATABASE_URL"]) as conn:
        found = conn.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'outbox_types'::regclass").fetchone()
    assert found == (True,)
