"""What a funder asks: who took part, counted once."""

import csv
import io
from typing import Any

import pytest

from tests.registration.conftest import LIBRARY, V1, Registration
from tests.registration.programmes import make_series
from tests.registration.test_completion import AFTER

COUNTS = ("registered", "attended", "watched", "completed", "invited", "took_part")


@pytest.fixture
def programme(registration: Registration) -> Registration:
    """Two webinars of a series: Ada attends both, Eve attends one and watches the other, Mia only registers."""
    first, second = (registration.hold(slug, series="large-urban-public") for slug in ("first", "second"))
    workshop = registration.hold("workshop", policy="invitation")
    registration.know_series(make_series([first.id, second.id], invites_to=workshop.id))
    registration.know_recording(second, seconds=240)
    college = {"name": "Lakeside", "type": "academic", "community_size": "large", "state": "co"}
    for slug in ("first", "second"):
        registration.register("ada@x.org", slug, library={**LIBRARY, "community_size": "urban", "state": "IL"})
        registration.register("eve@x.org", slug, library=college)
    registration.register("mia@x.org", "first", library=LIBRARY)
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80), ("eve@x.org", 80), slug="first")
    registration.attend(("ada@x.org", 80), slug="second")
    registration.watch_all("eve@x.org", "second", begin=AFTER, seconds=240)
    return registration


def report(registration: Registration, accept: str = "application/json", **query: str) -> Any:
    return registration.client.get(
        f"{V1}/reports/participation", query_string=query, headers={**registration.staff, "Accept": accept}
    )


def numbers(line: dict[str, Any]) -> tuple[int, ...]:
    return tuple(line[name] for name in COUNTS)


def test_people_are_counted_once_in_the_total(programme: Registration) -> None:
    found = report(programme, by="session").json

    assert {line["key"]: numbers(line) for line in found["items"]} == {
        "first": (3, 2, 0, 0, 0, 2),
        "second": (2, 1, 1, 0, 0, 2),
        "workshop": (0, 0, 0, 0, 2, 0),
    }
    assert numbers(found["total"]) == (3, 2, 1, 2, 2, 2)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("series", {"large-urban-public": (3, 2, 1, 2, 0, 2), None: (0, 0, 0, 0, 2, 0)}),
        ("initiative", {"ltc": (3, 2, 1, 2, 2, 2)}),
        ("library_type", {"academic": (1, 1, 1, 1, 1, 1), "public": (2, 1, 0, 1, 1, 1)}),
        ("community_size", {"large": (1, 1, 1, 1, 1, 1), "urban": (1, 1, 0, 1, 1, 1), None: (1, 0, 0, 0, 0, 0)}),
        ("state", {"CO": (1, 1, 1, 1, 1, 1), "IL": (1, 1, 0, 1, 1, 1), None: (1, 0, 0, 0, 0, 0)}),
        ("month", {"2017-01": (3, 0, 0, 0, 0, 0), "2017-04": (0, 2, 0, 0, 0, 2), "2017-05": (0, 0, 1, 2, 2, 1)}),
    ],
)
def test_participation_is_counted_by_what_a_funder_asks(programme: Registration, by: str, expected: Any) -> None:
    found = report(programme, by=by).json

    assert {line["key"]: numbers(line) for line in found["items"]} == expected
    assert numbers(found["total"]) == (3, 2, 1, 2, 2, 2)


def test_a_report_is_of_a_time_and_of_a_series(programme: Registration) -> None:
    april = report(programme, by="session", since="2017-04-01", until="2017-04-06").json
    nothing = report(programme, by="session", series="another").json

    assert numbers(april["total"]) == (0, 2, 0, 0, 0, 2)
    assert (nothing["items"], numbers(nothing["total"])) == ([], (0,) * 6)


def test_a_report_is_a_table_and_a_page(programme: Registration) -> None:
    table = report(programme, "text/csv", by="library_type")
    page = report(programme, "text/html", by="session")

    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert [(row["library_type"], row["took_part"]) for row in rows] == [
        ("academic", "1"),
        ("public", "1"),
        ("total", "2"),
    ]
    assert page.mimetype == "text/html"
    assert page.text.count("<svg") == 1
    assert '<th scope="row">Everybody, once</th><td>3</td>' in page.text


def test_reports_are_for_staff(registration: Registration) -> None:
    assert registration.client.get(f"{V1}/reports/participation").status_code == 401
