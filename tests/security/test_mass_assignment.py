"""What the server alone says of a thing, nobody says for it: members that no schema declares are refused by name."""

import re
from typing import Any

import pytest

from shared import signed_links
from tests.registration.registration import Registration
from tests.security.houses import House
from tests.security.linked import ADA, EVE, Things, sign
from tests.security.routes import SITE, Route, access, scope_for

# What tempts: what a thing is, whose it is, how far it is, what it may.
SERVERS = (
    "id", "uuid", "revision", "version", "sequence", "created_at", "updated_at", "published_at", "registered_at",
    "confirmed_at", "person_id", "session_id", "series_id", "user_id", "owner_id", "actor", "role", "roles", "scope",
    "is_admin", "admin", "staff", "position", "place", "status", "state", "attended", "viewed", "completed", "verified",
    "confirmed", "eligible", "seats_left", "price", "priority", "code", "token", "secret", "registered_by", "issued_by",
    "offered_until", "over_capacity", "capacity", "suppressed", "revoked", "__proto__", "constructor", "$ref", "self",
)  # fmt: skip
# What is declared all the same: of staff's own documents, and where staff decide about it.
LEAST_REFUSED = 25


def writing(house: House) -> list[Route]:
    """The routes of the API that take a document."""
    return [
        route
        for route in house.routes
        if route.is_api and "application/json" in getattr(route.view, "consumes", ()) and route.method != "GET"
    ]


def declared(house: House, route: Route) -> set[str]:
    """The members that the OpenAPI document has for the body."""
    document: Any = house.client.get(f"/{house.present.service}/v1/openapi.json").json
    path = re.sub(r"<(?:[^:>]*(?:\([^)]*\))?:)?([^>]*)>", r"{\1}", route.rule.rule)
    schema = document["paths"][path][route.method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    schema = schema.get("items", schema)
    name = schema.get("$ref", "").rpartition("/")[2]
    return set((document["components"]["schemas"][name] if name else schema).get("properties", {}))


def send(house: House, route: Route, body: Any) -> Any:
    headers = {"If-Match": "*"}
    if scope := scope_for(route):
        headers["Authorization"] = f"Bearer {house.staff(scope)}"
    return house.ask(route, json=body, headers=headers)


@pytest.mark.covers("API3:2023", "ASVS 15.3.3")
def test_every_route_that_takes_a_document_refuses_by_name_what_it_does_not_declare(house: House) -> None:
    before, taken = house.content(), {}
    for route in writing(house):
        foreign = [name for name in SERVERS if name not in declared(house, route)]
        body: Any = dict.fromkeys(foreign, "x")
        answer = send(house, route, [body] if route.name.endswith("/attendance") and "sessions" in route.name else body)
        told = {name.removeprefix("0.") for name in (answer.json.get("errors") or {})}
        if answer.status_code in (401, 404, 410) and access()[route.name].startswith(("link ", "learner", "oneself ")):
            continue  # who may not go on is told so before anything else is looked at
        if answer.status_code != 422 or set(foreign) - told or len(foreign) < LEAST_REFUSED:
            taken[route.name] = (answer.status_code, sorted(set(foreign) - told))

    assert taken == {}
    assert house.content() == before


@pytest.mark.covers("API3:2023", "ASVS 15.3.3")
@pytest.mark.parametrize(
    "extra", ["status", "position", "id", "registered_at", "attended", "person_id", "role", "note"]
)
def test_a_form_that_is_right_but_for_one_member_registers_nobody(registration: Registration, extra: str) -> None:
    registration.hold("world-cafe", capacity=0)
    value = {"status": "confirmed", "position": 1, "attended": True}.get(extra, "7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7")

    above = registration.register(ADA, **{extra: value})
    within = registration.register(EVE, library={"name": "X", "type": "public", extra: value})

    assert (above.status_code, list(above.json["errors"])) == (422, [extra])
    assert (within.status_code, list(within.json["errors"])) == (422, [f"library.{extra}"])
    assert registration.value("SELECT count(*) FROM registrations") == 0


@pytest.mark.covers("API3:2023", "ASVS 15.3.3")
def test_a_page_takes_from_a_form_what_it_shows_and_nothing_else(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    id = taking_part.ada["manage"]
    before, people = server_side(registration, id), addresses(registration)
    token = signed_links.sign(registering.present.settings, "registration", id)
    shown = {"name": "Ada L", "library.name": "X", "library.type": "public"}
    hidden = {
        "email": "mallory@x.org",
        "note": "Let her in",
        "status": "confirmed",
        "timezone": "UTC",
        "library.id": "7",
    }

    answer = registering.client.post(
        f"/registration/manage/{id}/change?token={token}",
        data={**dict.fromkeys(SERVERS, "1"), **hidden, **shown},
        headers={"Sec-Fetch-Site": "same-origin"},
        base_url=SITE,
    )

    assert answer.status_code == 303
    assert server_side(registration, id) == before
    assert addresses(registration) == people
    assert registration.value("SELECT name FROM people WHERE email = %s", ADA) == "Ada L"


def server_side(registration: Registration, id: str) -> Any:
    """What a person cannot change of their registration, by whatever members."""
    said = "to_jsonb(r) - 'job_title' - 'library' - 'accommodations' - 'revision'"
    return registration.value(f"SELECT {said} FROM registrations AS r WHERE id = %s", id)  # noqa: S608


def addresses(registration: Registration) -> Any:
    return registration.value("SELECT jsonb_agg(email ORDER BY email) FROM people")


@pytest.mark.covers("API3:2023", "ASVS 8.2.3")
@pytest.mark.parametrize(
    "change", [{"email": "mallory@x.org"}, {"note": "Let her in"}, {"email": ADA, "name": "Ada L"}]
)
def test_the_bearer_of_a_link_does_not_change_what_is_for_staff(
    registration: Registration, registering: House, taking_part: Things, change: dict[str, str]
) -> None:
    id = taking_part.ada["manage"]
    link = f"/registration/v1/registrations/{id}?token={sign(registering.present.settings, 'manage', id)}"

    answer = registration.client.patch(link, json=change)

    assert answer.status_code == 422
    assert registration.value("SELECT name FROM people WHERE email = %s", ADA) == "Ada"
