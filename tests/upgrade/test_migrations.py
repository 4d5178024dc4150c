"""Migrations since the previous release expand: its code goes on running on the new schema, and requests meanwhile."""

from pathlib import Path

import orjson
import pytest

from tests.servers.databases import ROOT
from tests.upgrade import expanding, releases
from tests.upgrade.releases import SERVICES, Tree
from tests.upgrade.test_releases import numbers

FOLDERS = ("shared/migrations", *(f"services/{service}/migrations" for service in SERVICES))
LIST_RIGHTS = """
import importlib, importlib.util, json
renamed = importlib.util.find_spec("shared.permissions")
rights = importlib.import_module("shared.permissions" if renamed else "shared.rights")
services = {name: dict(importlib.import_module(f"services.{name}.app").SERVICE.writes) for name in %r}
print(json.dumps({"shared": dict(rights.WRITES), **services}))
"""
# A statement, and the rule of squawk that must speak.
REFUSED = {
    "ALTER TABLE outbox DROP COLUMN last_error;": "ban-drop-column",
    "ALTER TABLE outbox RENAME COLUMN type TO kind;": "renaming-column",
    "ALTER TABLE outbox RENAME TO outgoing;": "renaming-table",
    "DROP TABLE quarantine;": "ban-drop-table",
    "DROP VIEW seats_left;": "ban-drop-view",
    "ALTER TABLE outbox DROP CONSTRAINT outbox_event_id_key;": "ban-drop-constraint",
    "ALTER TABLE outbox ADD COLUMN tenant text NOT NULL;": "adding-required-field",
    "ALTER TABLE outbox ALTER COLUMN last_error SET NOT NULL;": "adding-not-nullable-field",
    "ALTER TABLE outbox ALTER COLUMN attempts TYPE bigint;": "changing-column-type",
    "ALTER TABLE outbox ALTER COLUMN attempts DROP DEFAULT;": "ban-drop-default",
    "ALTER TABLE outbox ADD CONSTRAINT one UNIQUE (subject);": "disallowed-unique-constraint",
    "ALTER TABLE outbox ADD CONSTRAINT tried CHECK (attempts >= 0);": "constraint-missing-not-valid",
    "ALTER TABLE outbox ADD FOREIGN KEY (type) REFERENCES types (name);": "adding-foreign-key-constraint",
    "CREATE INDEX outbox_types ON outbox (type);": "require-concurrent-index-creation",
    "CREATE UNIQUE INDEX outbox_types ON outbox (type);": "require-concurrent-index-creation",
    "CREATE INDEX CONCURRENTLY outbox_types ON outbox (type);": "ban-concurrent-index-creation-in-transaction",
    "DROP INDEX outbox_created;": "require-concurrent-index-deletion",
    "ALTER TABLE outbox ADD COLUM tenant text;": "syntax-error",
}
TAKEN = [
    "ALTER TABLE outbox ADD COLUMN tenant text;",
    "ALTER TABLE outbox ADD COLUMN tenant text NOT NULL DEFAULT 'ala';",
    "ALTER TABLE outbox ADD CONSTRAINT tried CHECK (attempts >= 0) NOT VALID;",
    "CREATE TABLE tenants (id uuid PRIMARY KEY, name text UNIQUE); CREATE INDEX tenants_name ON tenants (name);",
    "-- transactional: false\nCREATE INDEX CONCURRENTLY outbox_types ON outbox (type);",
    """-- contract: since 0.1.0 nobody reads why a relay failed
-- squawk-ignore ban-drop-column
ALTER TABLE outbox DROP COLUMN last_error;""",
]
BADLY_EXCUSED = {
    "\n-- squawk-ignore require-concurrent-index-creation": "no reason",
    "-- It is old.\n-- squawk-ignore ban-drop-column": "contract: since",
    "-- contract: since 0.2.0 nobody reads why a relay failed\n-- squawk-ignore ban-drop-column": "not out yet",
}


def migrations(root: Path) -> dict[str, Path]:
    return {f"{folder}/{file.name}": file for folder in FOLDERS for file in (root / folder).glob("*.sql")}


def test_what_a_release_applied_stays_as_it_was(previous: Tree) -> None:
    here = migrations(ROOT)

    for name, file in migrations(previous.root).items():
        assert name in here, f"{name} was applied by the previous release, and is gone"
        assert here[name].read_text() == file.read_text(), f"{name} was applied, and edited then: write a new one"


def test_new_migrations_leave_the_previous_release_what_it_uses(previous: Tree) -> None:
    new = {name: file for name, file in migrations(ROOT).items() if not (previous.root / name).exists()}
    out = numbers(releases.previous().version)

    assert {name: found for name, file in new.items() if (found := expanding.find(file))} == {}
    assert {n: found for n, file in new.items() if (found := expanding.unexcused(file.read_text(), previous=out))} == {}


def test_rights_that_the_previous_release_uses_are_not_taken_away(previous: Tree) -> None:
    before, now = (orjson.loads(tree.run("-c", LIST_RIGHTS % (SERVICES,))) for tree in (previous, Tree(ROOT)))

    for service, tables in before.items():
        for table, verbs in tables.items():
            missing = set(verbs.split(", ")) - set(now[service].get(table, "").split(", "))
            assert not missing, f"{service} of the previous release may {missing} in {table}"


@pytest.mark.parametrize("statement", REFUSED)
def test_a_step_that_old_code_or_requests_cannot_stand_is_refused(statement: str, tmp_path: Path) -> None:
    assert REFUSED[statement] in {one.rule for one in expanding.find(written(tmp_path, statement))}


@pytest.mark.parametrize("statement", TAKEN)
def test_a_step_that_expands_is_taken(statement: str, tmp_path: Path) -> None:
    file = written(tmp_path, statement)

    assert expanding.find(file) == []
    assert expanding.unexcused(file.read_text(), previous=(0, 1, 0)) == []


@pytest.mark.parametrize("excuse", BADLY_EXCUSED)
def test_an_excuse_says_why_and_since_when(excuse: str) -> None:
    [found] = expanding.unexcused(f"-- Why.\n{excuse}\nALTER TABLE …", previous=(0, 1, 0))

    assert BADLY_EXCUSED[excuse] in found


def written(folder: Path, statement: str) -> Path:
    file = folder / "0099_one.sql"
    file.write_text(f"{statement}\n")
    return file
