"""The sample program enters a catalog that has never held anything, in development, and no other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from services.catalog.imports import domain
from services.catalog.imports.cli import take_in_first
from services.catalog.program_documents.text_formats import read_yaml
from shared import runtime
from tests.catalog.catalog import Catalog
from tests.catalog.programs import SAMPLES, sample, small
from tests.commands import Command

Run = Callable[..., dict[str, Any]]
FILE = str(SAMPLES / "ltc-models-for-change.yaml")
PAST = {"starts_at": "2017-04-20T13:00:00", "ends_at": "2017-04-20T14:30:00", "timezone": "America/Chicago"}


def load(catalog: Catalog) -> domain.ImportReport | None:
    return domain.import_first_programme(catalog.conn, read_yaml(sample().encode()), actor="test")


def test_the_sample_enters_a_catalog_that_has_never_held_anything(catalog: Catalog) -> None:
    report = load(catalog)

    assert report
    assert report.created
    assert catalog.slugs("/initiatives") == ["ltc-models-for-change"]


def test_what_staff_changed_stays_and_nobody_hears_anything_when_the_system_starts_again(catalog: Catalog) -> None:
    load(catalog)
    assert catalog.act("world-cafe/reschedule", PAST).status_code == 200
    before = catalog.show("/sessions/world-cafe")

    assert catalog.new_events(lambda: load(catalog)) == []
    assert load(catalog) is None
    assert catalog.show("/sessions/world-cafe") == before


def test_a_catalog_with_a_program_of_its_own_gets_no_other(catalog: Catalog) -> None:
    catalog.take_in(small())

    assert load(catalog) is None
    assert catalog.slugs("/initiatives") == ["models"]


def test_a_draft_is_enough(catalog: Catalog) -> None:
    catalog.take_in({**small(), "publish": False})

    assert catalog.events() == []
    assert load(catalog) is None


EMPTIED = (
    "TRUNCATE entries, initiatives, organizations, terms, texts CASCADE",
    "TRUNCATE entries, initiatives, organizations, terms, texts, changes, outbox, audit_log CASCADE",
    "TRUNCATE entries, changes, outbox, audit_log, catalog_revision CASCADE",
)


@pytest.mark.parametrize("emptied", EMPTIED)
def test_a_catalog_that_was_emptied_stays_empty(owned: psycopg.Connection[Any], emptied: str) -> None:
    document = read_yaml(sample().encode())
    assert domain.import_first_programme(owned, document, actor="test")
    owned.execute(emptied.encode())

    assert domain.import_first_programme(owned, document, actor="test") is None
    assert owned.execute("SELECT count(*) FROM entries").fetchone() == (0,)


def test_a_catalog_that_was_restored_stays_as_it_was(catalog: Catalog) -> None:
    catalog.conn.execute("INSERT INTO restorations (restored_to) VALUES (now())")

    assert load(catalog) is None


def test_of_two_starts_at_once_one_loads_it_and_no_later_one(
    service_environments: dict[str, dict[str, str]],
) -> None:
    def start(*options: str) -> Command:
        return Command("catalog", "import", *options, FILE, environment=service_environments["catalog"])

    def finish(command: Command) -> dict[str, Any]:
        result = command.finish()
        assert result.returncode == 0, result.stderr
        return orjson.loads(result.stdout)

    both = [finish(command) for command in [start("--only-first"), start("--only-first")]]

    assert sorted("created" in one for one in both) == [False, True]
    assert "left_alone" in finish(start("--only-first"))
    assert finish(start())["changed"] == []  # without the option it is an import like any other


def test_production_never_loads_it(catalog: Catalog, present: runtime.Runtime) -> None:
    production = replace(present, settings=replace(present.settings, environment="production"))
    with runtime.use(production):
        assert take_in_first(catalog.conn, Path(FILE), read_yaml) is None

    assert take_in_first(catalog.conn, Path(FILE), read_yaml)
