"""Nothing is written onto somebody who was erased, by any route; who comes again is somebody new."""

from typing import Any

import pytest
from flask import Flask

from services.registration.catalog_projection import queries as projection
from services.registration.certificates.jobs import issue_certificates
from services.registration.completion import domain as completion
from shared import runtime, signed_links
from shared.http.signin import COOKIE
from tests.registration.registration import V1, Registration
from tests.registration.samples import AFTER, make_series
from tests.registration.tables import dump
from tests.web_client import make_client

ADA = "ada@x.org"
HERE = {"Sec-Fetch-Site": "same-origin"}
SAID = {"name": "Zebra Back Again", "accommodations": "Allergic"}


@pytest.fixture
def erased(registration: Registration, staff_token: Any) -> dict[str, Any]:
    """Ada came to a session that is over, watched its recording, was invited, and is erased; her old links."""
    registration.staff = {"Authorization": f"Bearer {staff_token('registration:read registration:write people:erase')}"}
    first = registration.hold("first", contact_hours=1, join_url="https://meet.example/x")
    registration.know_recording(first)
    made = registration.register(ADA, "first")
    registration.hold("party", policy="invitation", starts_at=None, status="scheduled")
    invited = registration.client.post(
        f"{V1}/sessions/party/invitations", json={"email": ADA, "name": "Ada Lovelace"}, headers=registration.staff
    )
    assert invited.status_code == 201
    registration.set_time(AFTER)
    registration.attend((ADA, 80), slug="first")
    settings = runtime.settings()
    person = str(registration.value("SELECT id FROM people WHERE email = %s", ADA))
    sign = {
        "registration": signed_links.sign(settings, "registration", made.json["id"]),
        "join": signed_links.sign(settings, "join", made.json["id"]),
        "learner": signed_links.sign(settings, "learner", person),
        "invitation": signed_links.sign(settings, "invitation", invited.json["id"]),
    }
    gone = registration.client.delete(f"{V1}/people/{ADA}", headers=registration.staff)
    assert gone.status_code == 202
    return {"id": made.json["id"], "person": person, "invited": invited.json["id"], **sign}


def requests(erased: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every way to act on a registration, a view or an invitation: by its link, and as staff."""
    id, guest = erased["id"], {"email": "bo@x.org", "name": "Bo"}
    one, manage = f"{V1}/registrations/{id}", f"/registration/manage/{id}"
    desk, staff = f"/registration/staff/registrations/{id}", "/registration/staff/sessions/party"
    token, code, sent = f"?token={erased['registration']}", erased["invitation"], erased["invited"]
    beat = {"position_seconds": 60, "duration_seconds": 5400}
    return {
        f"GET {one}{token}": {},
        f"PATCH {one}{token}": {"json": SAID},
        f"POST {one}/accept{token}": {},
        f"DELETE {one}{token}": {},
        f"GET {manage}{token}": {},
        f"GET {manage}/change{token}": {},
        f"POST {manage}/change{token}": {"data": SAID},
        f"POST {manage}/cancel{token}": {},
        f"POST {manage}/offer{token}": {},
        f"POST {manage}/new-link{token}": {},
        f"GET {V1}/join?token={erased['join']}": {},
        f"POST {V1}/sessions/first/views?token={erased['learner']}": {"json": beat},
        f"GET {V1}/invitations/{code}": {},
        f"POST {V1}/invitations/{code}/accept": {"json": {}},
        f"POST {V1}/invitations/{code}/decline": {},
        f"POST {V1}/invitations/{code}/transfer": {"json": guest},
        f"POST /registration/invitations/{code}/accept": {"data": {"name": "Zebra"}},
        f"POST /registration/invitations/{code}/decline": {},
        f"POST /registration/invitations/{code}/transfer": {"data": guest},
        f"staff PATCH {one}": {"json": {**SAID, "email": "zebra@x.org", "note": "Came back"}},
        f"staff POST {one}/accept": {},
        f"staff POST {one}/move": {"json": {"session": "party"}},
        f"staff DELETE {one}": {},
        f"staff POST {one}/seat": {"json": {}},
        f"staff POST {desk}/seat": {},
        f"staff PUT {one}/attendance": {"json": {"attended": False, "minutes": None}},
        f"staff DELETE {V1}/sessions/party/invitations/{sent}": {},
        f"staff POST {desk}": {"data": {**SAID, "email": "zebra@x.org"}},
        f"staff POST {desk}/accept": {},
        f"staff POST {desk}/cancel": {},
        f"staff POST {desk}/attendance": {"data": {"attended": "yes"}},
        f"staff POST {desk}/move": {"data": {"session": "party"}},
        f"staff POST {staff}/invitations/{sent}/revoke": {},
    }


@pytest.fixture
def asked(registration: Registration, erased: dict[str, Any], staff_token: Any) -> dict[str, int]:
    """The responses to each request, by people without a session or by staff."""
    found: dict[str, int] = {}
    for name, sent in requests(erased).items():
        method, path = name.removeprefix("staff ").split(" ", 1)
        client = make_client(registration.client.application)
        by_staff = name.startswith("staff ")
        if by_staff:
            client.set_cookie(COOKIE, staff_token("registration:read registration:write"))
        headers = {**HERE, **(registration.staff if by_staff and V1 in path else {})}
        found[name] = client.open(path, method=method, headers=headers, **sent).status_code
    return found


@pytest.mark.covers("ASVS 14.2.7")
def test_old_links_and_staff_alike_find_that_the_person_is_gone(
    registration: Registration, erased: dict[str, Any], asked: dict[str, int]
) -> None:
    # A link that has ended may say so in its own way (401), or not be known any more (404); after a form of theirs
    # people are led to the page that says it.
    allowed = {name: (303, 401, 404, 410) if "/manage/" in name else (401, 404, 410) for name in asked}
    assert {name: status for name, status in asked.items() if status not in allowed[name]} == {}
    assert asked[f"GET {V1}/registrations/{erased['id']}?token={erased['registration']}"] == 410
    assert asked[f"PATCH {V1}/registrations/{erased['id']}?token={erased['registration']}"] == 410
    assert asked[f"GET /registration/manage/{erased['id']}?token={erased['registration']}"] == 410
    assert {status for name, status in asked.items() if name.startswith("staff ")} == {410}
    left = dump(registration)
    assert [word for word in ("Zebra", "Allergic", "Came back", "bo@x.org") if word in left] == []
    assert registration.value("SELECT minutes FROM attendance WHERE person_id = %s", erased["person"]) == 80
    assert registration.value("SELECT count(*) FROM views WHERE person_id = %s", erased["person"]) == 0


def test_every_route_that_writes_onto_what_is_a_persons_was_asked(app: Flask, erased: dict[str, Any]) -> None:
    """So that a new route cannot forget them."""
    paths = app.url_map.bind("")
    known: set[tuple[str, str]] = set()
    for name in requests(erased):
        method, path = name.removeprefix("staff ").split(" ", 1)
        rule, _ = paths.match(path.partition("?")[0], method, return_rule=True)
        known.add((method, rule.rule))

    writing = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if ("<uuid:id>" in rule.rule or "<code>" in rule.rule or rule.rule.endswith("/views"))
        # Quarantined messages, and certificates, which are deleted with their owner.
        and not any(word in rule.rule for word in ("/queues/", "/quarantine/", "/certificates/"))
    }

    assert writing - known == set()


def test_no_report_and_no_door_finds_who_was_erased(registration: Registration, erased: dict[str, Any]) -> None:
    kept = registration.conn.execute("SELECT * FROM attendance").fetchall()
    address = registration.value("SELECT email FROM people WHERE id = %s", erased["person"])

    registration.attend((ADA, 10), slug="first")
    registration.attend((address, 10), slug="first")
    at_the_door = registration.client.post(
        f"{V1}/sessions/first/check-ins", json={"name": "Ada"}, headers=registration.staff
    )

    assert at_the_door.status_code in (404, 409)
    assert registration.conn.execute("SELECT * FROM attendance").fetchall() == kept


def test_what_follows_of_itself_passes_over_who_was_erased(registration: Registration, erased: dict[str, Any]) -> None:
    """Completion, invitations and certificates: nothing new is made, and no event is published."""
    first = registration.value("SELECT id FROM sessions WHERE slug = 'first'")
    party = registration.value("SELECT id FROM sessions WHERE slug = 'party'")
    mark = registration.value("SELECT max(position) FROM outbox")

    registration.know_series(make_series([first], invites_to=party))
    with runtime.share_connection(registration.conn):
        issue_certificates()

    events = "SELECT array_agg(type) FROM outbox WHERE position > %s AND document::text LIKE %s"
    assert registration.value(events, mark, f"%{erased['person']}%") is None
    assert registration.value("SELECT count(*) FROM completions WHERE person_id = %s", erased["person"]) == 0
    assert registration.value("SELECT count(*) FROM certificates") == 0


def test_a_completion_of_before_earns_no_invitation_afterwards(registration: Registration, staff_token: Any) -> None:
    registration.staff = {"Authorization": f"Bearer {staff_token('registration:read registration:write people:erase')}"}
    first = registration.hold("first")
    party = registration.hold("party", policy="invitation", starts_at=None, status="scheduled")
    series = make_series([first.id])
    registration.know_series(series)
    registration.register(ADA, "first")
    registration.set_time(AFTER)
    registration.attend((ADA, 80), slug="first")
    assert registration.value("SELECT count(*) FROM completions") == 1
    registration.client.delete(f"{V1}/people/{ADA}", headers=registration.staff)

    registration.conn.execute("UPDATE series SET invites_to = %s", [party.id])
    held = projection.select_series(registration.conn, series.id)
    assert held
    completion.evaluate(registration.conn, held)

    assert registration.value("SELECT count(*) FROM invitations") == 0


def test_who_comes_again_is_somebody_new(registration: Registration, erased: dict[str, Any]) -> None:
    registration.hold("next", starts_at=None, status="scheduled")

    again = registration.register(ADA, "next")

    assert again.status_code == 201
    assert str(registration.value("SELECT id FROM people WHERE email = %s", ADA)) != erased["person"]
    # Their registration of before stays gone.
    found = registration.client.get(f"{V1}/registrations/{erased['id']}", headers=registration.staff)
    assert found.status_code == 410
