"""Migrations: many start at once, one applies; what was applied is not edited."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.catalog.app import SERVICE
from shared.migrate import folders
from shared.migrate import migrate as apply
from shared.settings import Settings, load
from tests.commands import Command, Result
from tests.servers import databases
from tests.servers.engines import Engines
from tests.servers.slots import Slot
from tests.waiting import eventually

CONCURRENTLY = """-- Types are looked up.
-- transactional: false
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY outbox_types ON outbox (type);
"""


@pytest.fixture
def empty_database(engines: Engines, slot: Slot) -> Iterator[str]:
    """A database with roles and schemas, in which nothing was migrated."""
    name = slot.new_database_name()
    engines.create_services(name)
    yield name
    databases.drop(engines, name)


def start_migrate(engines: Engines, database: str) -> Command:
    environment = databases.migration_environment(engines, "catalog", database=database)
    return Command("catalog", "migrate", environment=environment)


def migrate(engines: Engines, database: str) -> Result:
    return start_migrate(engines, database).finish()


def start_check(engines: Engines, database: str, *, wait: int) -> Command:
    """Check the schema in the role of the service's processes, as an api or a worker does before it starts."""
    environment = databases.service_environment(engines, "catalog", database=database)
    return Command("catalog", "migrate", "--check", "--wait", str(wait), environment=environment)


def test_ten_at_once_apply_everything_once(engines: Engines, empty_database: str) -> None:
    commands = [start_migrate(engines, empty_database) for _ in range(10)]

    results = [command.finish() for command in commands]

    assert [result.returncode for result in results] == [0] * 10
    assert sum("0001_catalog" in result.stdout for result in results) == 1


def test_a_file_that_was_applied_and_then_edited_is_refused(engines: Engines, empty_database: str) -> None:
    assert migrate(engines, empty_database).returncode == 0
    with psycopg.connect(engines.database_url(empty_database, "catalog_owner"), autocommit=True) as conn:
        conn.execute("UPDATE migration_digest SET sha256 = 'another' WHERE file = 'catalog/0001_catalog.sql'")

    refused = migrate(engines, empty_database)

    assert refused.returncode != 0
    assert "applied and then edited" in refused.stderr


def test_a_process_is_told_what_its_schema_lacks_and_changes_nothing(engines: Engines, empty_database: str) -> None:
    checks = [start_check(engines, empty_database, wait=0) for _ in range(2)]

    results = [check.finish() for check in checks]

    assert [result.returncode for result in results] == [1, 1]
    assert all("missing: catalog/0001_catalog.sql" in result.stdout + result.stderr for result in results)


def test_a_process_that_waits_goes_on_once_another_has_migrated(engines: Engines, empty_database: str) -> None:
    check = start_check(engines, empty_database, wait=60)
    eventually(lambda: "waiting for migrations" in check.output.read_text() + check.errors.read_text(), seconds=60)

    assert migrate(engines, empty_database).returncode == 0

    assert check.finish().returncode == 0


def test_a_schema_that_lacks_the_newest_migration_is_not_what_the_code_needs(
    engines: Engines, empty_database: str
) -> None:
    assert migrate(engines, empty_database).returncode == 0
    newest = max(file.name for file in (databases.ROOT / "services/catalog/migrations").glob("*.sql"))
    with psycopg.connect(engines.database_url(empty_database, "catalog_owner"), autocommit=True) as conn:
        conn.execute("DELETE FROM migration_digest WHERE file = %s", [f"catalog/{newest}"])

    result = start_check(engines, empty_database, wait=0).finish()

    assert newest in result.stdout + result.stderr
    assert result.returncode == 1


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
