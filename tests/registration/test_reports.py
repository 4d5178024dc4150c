"""The report for funders: who took part, counted once."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from services.registration.libraries.regions import NAMES
from tests.hypothesis_settings import EVERY_HEALTH_CHECK
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.reports import report
from tests.registration.samples import AFTER, make_series

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
    assert '<th scope="row">Total (unique people)</th><td>3</td>' in page.text


def test_reports_are_for_staff(registration: Registration) -> None:
    assert registration.client.get(f"{V1}/reports/participation").status_code == 401


# --- held against a second implementation

INITIATIVES = ("ltc", "other")
SESSIONS = {"a": ("ltc", "s1"), "b": ("ltc", "s2"), "c": ("other", "s3"), "d": ("other", None)}
DAYS = [f"2017-0{month}-10" for month in (1, 2, 3)]


@dataclass(frozen=True)
class Said:
    """A registration: email, session, day (as an index), status, and what was said of the library."""

    person: int
    session: str
    day: int
    status: str
    kind: str
    state: str | None


def registrations() -> st.SearchStrategy[list[Said]]:
    one = st.builds(
        Said,
        person=st.integers(0, 3),
        session=st.sampled_from(sorted(SESSIONS)),
        day=st.integers(0, 2),
        status=st.sampled_from(["confirmed", "waitlisted", "cancelled"]),
        kind=st.sampled_from(["public", "academic"]),
        state=st.sampled_from(["IL", "CO", "QC", "Somewhere", None]),
    )
    return st.lists(one, max_size=12, unique_by=lambda said: (said.person, said.session))


def reckon(all_: list[Said], by: str, initiative: str | None, until: int | None) -> dict[str | None, int]:
    """Count registrants by what they said last of their library, in a few lines of Python."""
    mine = [one for one in all_ if one.status != "cancelled"]
    mine = [one for one in mine if initiative in (None, SESSIONS[one.session][0])]
    mine = [one for one in mine if until is None or one.day <= until]
    latest = {one.person: one for one in sorted(mine, key=lambda one: (one.day, one.session))}
    keys = [one.kind if by == "library_type" else one.state if one.state in NAMES else None for one in latest.values()]
    return {key: keys.count(key) for key in set(keys)}


def put(registration: Registration, said: list[Said]) -> None:
    for one in said:
        registration.conn.execute(
            """
            INSERT INTO registrations (id, session_id, person_id, status, joined, library, registered_at)
            SELECT gen_random_uuid(), s.id, p.id, %s, %s, %s, %s::date + %s * interval '1 hour'
              FROM sessions AS s, people AS p WHERE s.slug = %s AND p.email = %s
            """,
            [
                one.status,
                1 + one.person,
                Jsonb({"name": "L", "type": one.kind, "state": one.state}),
                DAYS[one.day],
                sorted(SESSIONS).index(one.session) + 1,
                one.session,
                f"p{one.person}@x.org",
            ],
        )


@pytest.fixture
def places(registration: Registration) -> Registration:
    """Four sessions of two initiatives, and four people."""
    for slug, (initiative, series) in SESSIONS.items():
        registration.hold(slug, series=series)
        registration.conn.execute(
            "UPDATE sessions SET initiative = %s WHERE slug = %s", [Jsonb({"slug": initiative, "title": "I"}), slug]
        )
    for number in range(4):
        registration.conn.execute(
            "INSERT INTO people (id, email, name) VALUES (gen_random_uuid(), %s, 'P')", [f"p{number}@x.org"]
        )
    return registration


def counted(registration: Registration, by: str, initiative: str | None, until: int | None) -> dict[str | None, int]:
    query = {"by": by} | ({"initiative": initiative} if initiative else {})
    query |= {"until": DAYS[until]} if until is not None else {}
    found = report(registration, **query).json
    assert sum(line["registered"] for line in found["items"]) == found["total"]["registered"], "somebody counts twice"
    return {line["key"]: line["registered"] for line in found["items"] if line["registered"]}


@settings(max_examples=40, suppress_health_check=EVERY_HEALTH_CHECK)
@given(
    said=registrations(),
    by=st.sampled_from(["library_type", "state"]),
    initiative=st.sampled_from([None, *INITIATIVES]),
    until=st.sampled_from([None, 0, 1]),
)
def test_a_report_agrees_with_a_second_implementation(
    places: Registration, said: list[Said], by: str, initiative: str | None, until: int | None
) -> None:
    with places.conn.transaction(force_rollback=True):
        put(places, said)
        assert counted(places, by, initiative, until) == reckon(said, by, initiative, until)


@settings(max_examples=20, suppress_health_check=EVERY_HEALTH_CHECK)
@given(said=registrations(), by=st.sampled_from(["library_type", "state", "community_size"]))
def test_a_report_of_an_initiative_does_not_change_by_what_happens_elsewhere(
    places: Registration, said: list[Said], by: str
) -> None:
    here = [one for one in said if SESSIONS[one.session][0] == "ltc"]
    elsewhere = [one for one in said if SESSIONS[one.session][0] != "ltc"]
    with places.conn.transaction(force_rollback=True):
        put(places, here)
        before = report(places, by=by, initiative="ltc").json
        put(places, elsewhere)
        assert report(places, by=by, initiative="ltc").json == before


def test_a_funder_reads_what_the_code_for_elsewhere_means(registration: Registration) -> None:
    registration.hold()
    registration.register("a@x.org", library={**LIBRARY, "state": "outside"})
    registration.register("b@x.org", library={**LIBRARY, "state": "wyoming"})

    found = report(registration, by="state").json

    assert [(line["key"], line["label"]) for line in found["items"]] == [
        ("WY", None),
        ("XX", "Outside the US and Canada"),
    ]
    assert found["total"]["label"] is None
