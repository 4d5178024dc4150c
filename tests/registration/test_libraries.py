"""The directory of libraries; its rows are made up."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from services.registration.libraries import domain
from services.registration.libraries.cli import importing
from services.registration.libraries.domain import size_of
from shared import runtime
from shared.errors import Invalid
from tests.registration.registration import V1, Registration

SURVEY = """FSCSKEY,LIBNAME,CITY,STABR,POPU_LSA,LOCALE_ADD
XX0001,SPRINGFIELD PUBLIC LIBRARY,SPRINGFIELD,IL,116250,12
XX0002,SPRING VALLEY DISTRICT,SPRING VALLEY,IL,5400,41
XX0003,SPRINGDALE LIBRARY,SPRINGDALE,AR,81000,21
XX0004,"O'BRIEN COUNTY ""FREE"" LIBRARY",PRIMGHAR,IA,-3,M
"""


def look_up(registration: Registration, **query: str) -> list[str]:
    found = registration.client.get(f"{V1}/libraries", query_string=query)
    assert found.status_code == 200, found.text
    return [one["fscskey"] for one in found.json["items"]]


def test_a_library_is_found_while_it_is_typed(registration: Registration) -> None:
    assert domain.import_survey(registration.conn, SURVEY.encode()) == {"changed": 4, "libraries": 4}

    assert look_up(registration, q="spring") == ["XX0001", "XX0003", "XX0002"]
    assert look_up(registration, q="Spring pub") == ["XX0001"]
    assert look_up(registration, q="spring", state="ar") == ["XX0003"]
    assert look_up(registration, q="o'brien") == ["XX0004"]
    assert look_up(registration, q="'&|!") == []


def test_a_file_that_comes_again_changes_what_it_must(registration: Registration) -> None:
    domain.import_survey(registration.conn, SURVEY.encode())
    grown = SURVEY.replace("5400", "26000").replace("41\n", "32\n")

    assert domain.import_survey(registration.conn, SURVEY.encode("cp1252"))["changed"] == 0
    assert domain.import_survey(registration.conn, grown.encode()) == {"changed": 1, "libraries": 4}
    assert registration.value("SELECT community_size FROM libraries WHERE fscskey = 'XX0002'") == "mid-sized"


@pytest.mark.parametrize("broken", [SURVEY.replace("LIBNAME", "NAME"), SURVEY.replace("XX0002", "")])
def test_a_file_without_what_is_needed_is_refused(registration: Registration, broken: str) -> None:
    with pytest.raises(Invalid):
        domain.import_survey(registration.conn, broken.encode())


@pytest.mark.parametrize(
    ("population", "locale", "size"),
    [
        (900_000, "11", "urban"),
        (99_999, "11", "mid-sized"),
        (100_000, "21", "large"),
        (24_999, "33", "small"),
        (500, "43", "rural"),
        (None, None, "small"),
    ],
)
def test_a_community_has_the_size_that_population_and_locale_say(
    population: int | None, locale: str | None, size: str
) -> None:
    assert size_of(population, locale) == size


def test_a_registration_takes_from_the_directory_what_it_does_not_say(registration: Registration) -> None:
    registration.hold()
    domain.import_survey(registration.conn, SURVEY.encode())
    library = {"name": "Springfield Public Library", "type": "public", "fscskey": "XX0001"}

    registration.register("ada@x.org", library=library)
    unknown = registration.register("eve@x.org", library={**library, "fscskey": "XX9999"})

    [entry] = registration.roster()["items"]
    assert (entry["library"]["community_size"], entry["library"]["state"]) == ("urban", "IL")
    assert unknown.status_code == 422
    assert "library.fscskey" in unknown.json["errors"]


def test_the_command_takes_in_a_file(registration: Registration, tmp_path: Path) -> None:
    file = tmp_path / "pls.csv"
    file.write_text(SURVEY)
    present = runtime.current()

    with runtime.share_connection(registration.conn):
        result = CliRunner().invoke(importing(lambda *_args, **_kwargs: present), [str(file)])

    assert result.exit_code == 0, result.output
    assert '"libraries": 4' in result.output
