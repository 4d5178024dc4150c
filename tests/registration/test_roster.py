"""Staff see and change a session's registrations."""

import csv
import io
import tracemalloc
from typing import Any

import openpyxl
import pytest

from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.rules import QUESTIONS, set_rules

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def by_hand(registration: Registration, email: str, slug: str = "world-cafe", **fields: Any) -> Any:
    body = {"email": email, "name": "Ada", "library": LIBRARY, **fields}
    return registration.client.post(f"{V1}/sessions/{slug}/registrations", json=body, headers=registration.staff)


def table(registration: Registration, **query: str) -> list[dict[str, str]]:
    response = registration.client.get(
        f"{V1}/sessions/world-cafe/registrations",
        query_string=query,
        headers={**registration.staff, "Accept": "text/csv"},
    )
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_staff_register_by_hand_what_nobody_else_may(registration: Registration) -> None:
    registration.hold(capacity=1, policy="invitation")
    set_rules(registration, questions=QUESTIONS)

    first = by_hand(registration, "a@x.org", note="Speaker")
    full = by_hand(registration, "b@x.org")
    over = by_hand(registration, "c@x.org", over_capacity=True)

    assert [one.json["status"] for one in (first, full, over)] == ["confirmed", "waitlisted", "confirmed"]
    assert registration.availability()["confirmed"] == 2
    registration.client.delete(registration.link(first))
    assert registration.status(full)[0] == "waitlisted"  # the session is full without that seat
    registration.client.delete(registration.link(over))
    assert registration.status(full)[0] == "confirmed"
    assert registration.value("SELECT count(*) FROM audit_log WHERE action = 'registration.create'") == 3


def test_by_hand_needs_the_scope(registration: Registration) -> None:
    registration.hold()
    path = f"{V1}/sessions/world-cafe/registrations"

    assert registration.client.post(path, json={"email": "a@x.org", "name": "A", "library": LIBRARY}).status_code == 401


def test_somebody_is_moved_with_what_they_said_and_their_seat_is_given_on(registration: Registration) -> None:
    registration.hold(capacity=1)
    registration.hold("introduction")
    first = registration.register("a@x.org", accommodations="Vegan")
    second = registration.register("b@x.org")

    moved = registration.client.post(
        f"{V1}/registrations/{first.json['id']}/move", json={"session": "introduction"}, headers=registration.staff
    )

    assert (moved.status_code, moved.json["session"], moved.json["status"]) == (200, "introduction", "confirmed")
    assert moved.json["accommodations"] == "Vegan"
    assert registration.status(first)[0] == "cancelled"
    assert registration.status(second)[0] == "confirmed"
    again = registration.client.post(
        f"{V1}/registrations/{first.json['id']}/move", json={"session": "introduction"}, headers=registration.staff
    )
    assert again.json["type"] == "urn:convene:problem:registration-cancelled"


def test_the_roster_is_filtered(registration: Registration) -> None:
    registration.hold(capacity=2)
    registration.register("ada@x.org", library={**LIBRARY, "state": "IL"})
    registration.register(
        "eve@y.org", name="Eve 100%", library={"name": "L", "type": "academic"}, accommodations="Vegan"
    )
    registration.register("mia@x.org")

    assert [one["email"] for one in registration.roster(status="waitlisted")["items"]] == ["mia@x.org"]
    assert [one["email"] for one in registration.roster(library_type="academic")["items"]] == ["eve@y.org"]
    assert [one["email"] for one in registration.roster(state="il")["items"]] == ["ada@x.org"]
    assert [one["email"] for one in registration.roster(accommodations="true")["items"]] == ["eve@y.org"]
    assert [one["email"] for one in registration.roster(q="100%")["items"]] == ["eve@y.org"]
    assert [one["email"] for one in registration.roster(q="%")["items"]] == ["eve@y.org"]
    page = registration.roster(limit="2")
    assert [one["email"] for one in registration.roster(cursor=page["next"])["items"]] == ["mia@x.org"]


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("mailto:eve@x.org")']


@pytest.mark.covers("ASVS 1.2.10")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_holds_no_formula(registration: Registration, name: str) -> None:
    registration.hold()
    registration.register("ada@x.org", name=name)

    [row] = table(registration)

    assert row["name"] == f"'{name}"


def test_a_workbook_opens_with_texts_as_texts(registration: Registration) -> None:
    registration.hold()
    set_rules(registration, questions=QUESTIONS)
    registration.register("ada@x.org", name="=1+1", answers={"experience": "Some", "days": ["One", "Two"]})

    response = registration.client.get(
        f"{V1}/sessions/world-cafe/registrations", headers={**registration.staff, "Accept": XLSX}
    )

    head, row = openpyxl.load_workbook(io.BytesIO(response.data)).worksheets[0].iter_rows()
    found = {title.value: cell for title, cell in zip(head, row, strict=True)}
    assert (found["name"].value, found["name"].data_type) == ("=1+1", "s")
    assert (found["experience"].value, found["days"].value) == ("Some", "One; Two")


def test_a_table_has_everybody_and_their_place(registration: Registration) -> None:
    registration.hold(capacity=1)
    for number in range(30):
        registration.register(f"p{number}@x.org")

    rows = table(registration)

    assert len(rows) == 30
    assert [row["position"] for row in rows[:3]] == ["", "1", "2"]
    assert [row["status"] for row in table(registration, status="confirmed")] == ["confirmed"]


@pytest.mark.parametrize(("kind", "number"), [("text/csv", 100_000), (XLSX, 20_000)])
def test_a_long_table_is_sent_in_pieces_and_held_nowhere_as_a_whole(
    registration: Registration, kind: str, number: int
) -> None:
    session = registration.hold()
    registration.conn.execute("SET LOCAL statement_timeout = 0")  # of what is made here, on a machine that is busy
    registration.conn.execute(
        "WITH made AS (INSERT INTO people (id, email, name)"
        " SELECT gen_random_uuid(), 'p' || n || '@x.org', 'Person ' || n FROM generate_series(1, %(number)s) AS n"
        " RETURNING id, substr(name, 8)::integer AS n)"
        " INSERT INTO registrations (id, session_id, person_id, status, joined, library)"
        ' SELECT gen_random_uuid(), %(session)s, id, \'confirmed\', n, \'{"name": "Hilltop", "type": "rural"}\''
        " FROM made",
        {"number": number, "session": session.id},
    )
    # Rows that nobody has counted yet, beside what earlier tests left behind: a plan for few would take minutes.
    registration.conn.execute("SET LOCAL enable_nestloop = off")
    tracemalloc.start()
    try:
        answer = registration.client.get(
            f"{V1}/sessions/world-cafe/registrations", headers={**registration.staff, "Accept": kind}
        )
        pieces, size, lines = 0, 0, 0
        for piece in answer.iter_encoded():
            pieces, size, lines = pieces + 1, size + len(piece), lines + piece.count(b"\r\n")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert pieces > 5
    assert peak < 8 * 1024 * 1024
    if kind != XLSX:
        assert lines == number + 1
        assert size > 8 * 1024 * 1024
