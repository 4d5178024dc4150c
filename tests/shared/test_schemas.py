"""schema.sql of each service says what its migrations make."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.servers import databases, schemas
from tests.servers.engines import SERVICES, Engines

VIEW = """CREATE VIEW registration.issues AS
 SELECT {column}
   FROM registration.newsletters issue;
"""


@pytest.fixture(scope="module")
def untouched(engines: Engines) -> Iterator[str]:
    """A database as the migrations leave it, without the triggers of tests."""
    name = f"convene_{uuid4().hex[:12]}"
    databases.clone(engines, name)
    yield name
    databases.drop(engines, name)


@pytest.mark.parametrize("service", SERVICES)
def test_schema_sql_is_what_the_migrations_make(engines: Engines, untouched: str, service: str) -> None:
    assert schemas.file_of(service).read_text() == schemas.read_schema(engines, service, database=untouched), (
        "run `make schema`"
    )


def test_versions_of_postgresql_give_the_same_text() -> None:
    older = "\\restrict x1\n-- Dumped from database version 15\nSET x = 1;\n" + VIEW.format(column="issue.state")
    newer = "SET transaction_timeout = 0;\n\n\n" + VIEW.format(column="state")

    assert schemas.normalize(older, "registration") == schemas.normalize(newer, "registration")


def test_what_functions_and_texts_say_stays_as_it_is() -> None:
    body = "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS $$\n-- SET\n\n\nSELECT registration.x()\n$$;\n"
    comment = "COMMENT ON TABLE people IS 'As registration.people was';\n"

    assert schemas.normalize(body + comment, "registration") == body + comment
