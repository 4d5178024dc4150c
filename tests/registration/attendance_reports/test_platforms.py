"""Reports as platforms write them, uploaded for a session on December 14, 2016, 13:00 to 14:00 in Chicago."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.events.catalog import Session
from tests.registration.registration import V1, Registration
from tests.web_client import WebResponse

FILES = Path(__file__).parent
CASES = {case["file"]: case for case in json.loads((FILES / "expected.json").read_text())}
CHICAGO = ZoneInfo("America/Chicago")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def hold_session(registration: Registration, seats: list[dict[str, str]]) -> Session:
    """Hold the session, with a seat for each of these people, and let it be over."""
    begin, end = (datetime(2016, 12, 14, hour, tzinfo=CHICAGO) for hour in (13, 14))
    session = registration.hold(starts_at=begin, ends_at=end, timezone="America/Chicago", capacity=len(seats))
    registration.set_time("2016-12-01T12:00:00-06:00")
    for seat in seats:
        assert registration.register(seat["email"], name=seat["name"]).status_code == 201
    registration.set_time("2016-12-15T12:00:00-06:00")
    return session


def upload(registration: Registration, content: bytes, **query: str) -> WebResponse:
    kind = WORKBOOK if content.startswith(b"PK") else "text/csv"
    return registration.client.post(
        f"{V1}/sessions/world-cafe/attendance",
        data=content,
        content_type=kind,
        headers=registration.staff,
        query_string=query,
    )


def read_roster(registration: Registration) -> dict[str, tuple[bool, int]]:
    """Return (attended, minutes) by address; (False, 0) if nothing is recorded."""
    items = registration.roster()["items"]
    return {one["email"]: (bool(one["attended"]), one["minutes"] or 0) for one in items}


def write_rows(*rows: str, head: str = "Name,Email,Join Time,Leave Time,Duration") -> bytes:
    return "\n".join([head, *rows]).encode()


@pytest.mark.parametrize("file", sorted(CASES))
def test_a_platforms_report_is_read(registration: Registration, file: str) -> None:
    case = CASES[file]
    hold_session(registration, case["seats"])
    if before := case.get("upload_before"):
        upload(registration, (FILES / before).read_bytes())

    answer = upload(registration, (FILES / file).read_bytes())

    if answer.status_code == 422:
        assert any(name in answer.text for name in case["or_refuse_naming"]), answer.text
        assert set(read_roster(registration).values()) == {(False, 0)}
        return
    assert answer.status_code == 200, answer.text
    for email, (attended, minutes) in read_roster(registration).items():
        right = case["right"][email]
        assert (attended, minutes) == (right["attended"], pytest.approx(right["minutes"] or 0, abs=1)), email
    for stranger in case.get("no_seat", []):
        assert stranger in answer.text


ANN = [{"name": "Ann Adams", "email": "ann@library.example"}]


@pytest.mark.parametrize(
    ("head", "row", "minutes"),
    [
        (
            "Nom,Première participation,Dernier départ,Durée de la réunion,Adresse e-mail,Rôle",
            '"Ann Adams","14/12/2016 13:00:00","14/12/2016 13:58:00","58 min",ann@library.example,Participant',
            58,
        ),
        (
            "Nome,Primeira entrada,Última saída,Duração da reunião,Email,Função",
            'Ann Adams,"14/12/2016, 13:02:00","14/12/2016, 14:00:00",58m 0s,ann@library.example,Participante',
            58,
        ),
        (
            "Nombre,Apellidos,Correo,Hora de entrada,Hora de salida",
            "Ann,Adams,ann@library.example,14 dic 2016 13:00,14 dic 2016 13:40",
            40,
        ),
        (
            "Prénom,Nom,Courriel,Heure d’arrivée,Heure de départ",
            "Ann,Adams,ann@library.example,14 décembre 2016 à 13h05,14 décembre 2016 à 13h45",
            40,
        ),
        (
            "Vorname;Nachname;E-Mail-Adresse;Beigetreten um;Verlassen um",
            "Ann;Adams;ann@library.example;14. Dez. 2016 13:00 Uhr;14. Dez. 2016 13:30 Uhr",
            30,
        ),
        ("Voornaam,Adres,Begin,Einde", "Ann,ann@library.example,2016-12-14 13:00,2016-12-14 13:33", 33),
        ("Email,Attended", "ann@library.example,Yes", 0),
        ("Full name,Present", "Ann Adams,x", 0),
        ("Email,Time in Session (seconds)", "ann@library.example,3000", 50),
        ("Email,Join Time (EST),Leave Time (EST)", "ann@library.example,12/14/2016 14:00,12/14/2016 14:30", 30),
        ("sep=;\nName;Email;Minutes", "Ann;ann@library.example;31", 31),
        ("Name|E-mail|Minutes", "Ann|ann@library.example|31", 31),
    ],
)
def test_heads_are_read_in_many_spellings(registration: Registration, head: str, row: str, minutes: int) -> None:
    hold_session(registration, ANN)

    answer = upload(registration, write_rows(row, head=head))

    assert answer.status_code == 200, answer.text
    assert read_roster(registration)["ann@library.example"] == (True, minutes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(registration: Registration, encoding: str, end: str) -> None:
    hold_session(registration, [{"name": "José Núñez", "email": "jose@library.example"}])
    text = write_rows("José Núñez,,33", head="Name,Email,Minutes").decode().replace("\n", end)

    upload(registration, text.encode(encoding))

    assert read_roster(registration) == {"jose@library.example": (True, 33)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"Name,Email\nAnn Adams,ann@library.example\n", "“Email”"),
        (b"Nimi,Kaupunki\nAnn,Turku\n", "“Kaupunki”"),
        (b"First Name,Email,Registration Time\nAnn,ann@library.example,2016-12-01 10:00\n", "who registered"),
        (b"PK\x03\x04 no workbook", "workbook"),
    ],
)
def test_a_file_that_proves_nothing_is_refused_saying_why(
    registration: Registration, content: bytes, said: str
) -> None:
    hold_session(registration, ANN)

    answer = upload(registration, content)

    assert answer.status_code == 422
    assert said in json.dumps(answer.json, ensure_ascii=False)
    assert read_roster(registration)["ann@library.example"] == (False, 0)


def test_a_report_on_another_clock_asks_for_its_time_zone(registration: Registration) -> None:
    hold_session(registration, ANN)
    report = write_rows("Ann,ann@library.example,12/14/2016 19:00,12/14/2016 19:50,50")

    refused = upload(registration, report)
    taken = upload(registration, report, timezone="UTC")

    assert refused.status_code == 422
    assert "time zone" in refused.text
    assert taken.status_code == 200
    assert read_roster(registration)["ann@library.example"] == (True, 50)
    assert upload(registration, report, timezone="Mars/Olympus").status_code == 422


def test_staff_can_insist_that_nobody_was_there(registration: Registration) -> None:
    hold_session(registration, ANN)
    report = write_rows("Ann,ann@library.example,12/14/2016 19:00,12/14/2016 19:50,50")

    assert upload(registration, report, timezone="America/Chicago").status_code == 200
    assert read_roster(registration)["ann@library.example"] == (False, 0)


def test_the_zone_in_the_preamble_is_the_reports(registration: Registration) -> None:
    hold_session(registration, ANN)
    row = "Ann,ann@library.example,12/14/2016 14:00,12/14/2016 14:50,50"
    head = '"Time zone","(GMT-05:00) Eastern Time (US and Canada)"\n\nName,Email,Join Time,Leave Time,Duration'

    upload(registration, write_rows(row, head=head))

    assert read_roster(registration)["ann@library.example"] == (True, 50)


def test_each_row_that_is_not_used_is_told_with_its_line_and_reason(registration: Registration) -> None:
    hold_session(registration, ANN)
    rows = (
        "Ann Adams,ann@library.example,,,40",
        "Bo Baker,bo@library.example,,,n/a",
        ",,,,12",
        "Cy Chen,cy@library.example,,,",
        "Dee,dee@library.example,12/14/2016 13:00,,",
    )

    answer = upload(registration, write_rows(*rows)).json

    assert answer
    assert [(one["line"], one["reason"], one["cell"]) for one in answer["ignored"]] == [
        (3, "unreadable", "n/a"),
        (4, "nobody", ""),
        (5, "no-evidence", ""),
        (6, "incomplete", ""),
    ]
    read = {"name": "Ann Adams", "email": "ann@library.example", "lines": [2], "attended": True, "minutes": 40}
    assert answer["read"] == [read]


def test_dates_are_read_in_the_order_that_fits_the_session(registration: Registration) -> None:
    begin, end = (datetime(2017, 4, 6, hour, tzinfo=CHICAGO) for hour in (13, 14))
    registration.hold(starts_at=begin, ends_at=end, timezone="America/Chicago")
    registration.register("ann@library.example")
    registration.set_time("2017-04-07T12:00:00-05:00")

    upload(registration, write_rows("Ann,ann@library.example,06/04/2017 13:00,06/04/2017 13:50,50"))

    assert read_roster(registration)["ann@library.example"] == (True, 50)


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("Søren Kierkegård", "SOREN KIERKEGARD"),
        ("Mary Smith-Jones", "Smith Jones, Mary"),
        ("Ann Adams", "Dr. Ann Adams, MLIS"),
        ("Ann Adams", "Annie (Ann Adams)"),
        ("Ann Adams", "Ann Adams (she/her)"),
        ("Siobhán O’Brien", "Siobhan O'Brien"),
    ],
)
def test_a_name_is_found_however_it_is_written(registration: Registration, registered: str, written: str) -> None:
    hold_session(registration, [{"name": registered, "email": "one@library.example"}])

    upload(registration, write_rows(f'"{written}",,30', head="Name,Email,Minutes"))

    assert read_roster(registration)["one@library.example"] == (True, 30)


@pytest.mark.parametrize("written", ["Ann Adam", "A. Adams", "Ann Adams Jr.", "Ann Adams & Bo Baker", "Ann"])
def test_likeness_proves_nothing(registration: Registration, written: str) -> None:
    hold_session(registration, ANN)

    answer = upload(registration, write_rows(f'"{written}",,30', head="Name,Email,Minutes")).json

    assert answer
    assert answer["without_seat"] == [written]
    assert read_roster(registration)["ann@library.example"] == (False, 0)


def test_a_namesake_with_an_address_of_their_own_gets_no_credit_for_another(registration: Registration) -> None:
    hold_session(registration, ANN)
    registration.hold("other", starts_at=datetime(2016, 12, 20, 13, tzinfo=CHICAGO))
    registration.register("ann.adams@college.example", "other", name="Ann Adams")

    answer = upload(registration, write_rows("Ann Adams,ann.adams@college.example,30", head="Name,Email,Minutes")).json

    assert answer
    assert answer["without_seat"] == ["ann.adams@college.example"]
    assert read_roster(registration)["ann@library.example"] == (False, 0)


def test_who_is_said_not_to_have_come_is_recorded_and_counted(registration: Registration) -> None:
    hold_session(registration, ANN)
    head = "Name,Email,Attended,Minutes"
    upload(registration, write_rows("Ann,ann@library.example,Yes,50", head=head))

    answer: Any = upload(registration, write_rows("Ann,ann@library.example,No,", head=head)).json

    assert (answer["said_absent"], answer["changed"]) == (1, 1)
    assert read_roster(registration)["ann@library.example"] == (False, 0)
