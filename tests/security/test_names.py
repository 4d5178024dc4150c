"""Nobody writes to strangers in the association's name: no text of the public that a mail or a page prints holds a
link, or what nobody sees.
"""

import json
from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest
from marshmallow.validate import OneOf

from shared.http.schema_fields import NameField
from tests.registration.registration import LIBRARY, V1, Registration
from tests.security.hostile import Door
from tests.security.routes import access, routes
from tests.servers.databases import ROOT

pytest_plugins = ["tests.security.hostile"]
pytestmark = pytest.mark.covers("API6:2023", "API4:2023")

HERE = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = [
    "Pay at http://evil.example/pay",
    "WWW.evil.example",
    "evil.example/pay",
    "ｅｖｉｌ．example／pay",
    "A\u200bB",
    "\u3164",
    "A\u202eB",
]
# What is no name: ids of things, free texts that staff read, and what has a rule of its own.
OTHER = {"email", "token", "session", "invitation", "code", "accommodations", "answers", "note", "timezone", "fscskey"}
OTHER |= {"body", "library_types", "topics", "List-Unsubscribe", "key", "value", "state"}


def person(email: str, **fields: Any) -> dict[str, Any]:
    return {"email": email, "name": "Col League", **fields}


def group(**fields: Any) -> dict[str, Any]:
    registrar = person("boss@library.example", name="Grace Hopper")
    return {
        "session": "world-cafe",
        "registrar": registrar,
        "library": LIBRARY,
        "people": [person("a@x.org")],
        **fields,
    }


def test_a_group_of_strangers_is_refused_by_name(registration: Registration) -> None:
    """Cases 1.1 and 1.2."""
    registration.hold(capacity=100)
    body = json.loads((ROOT / "tests" / "security" / "group-of-strangers.json").read_text())
    body["session"] = "world-cafe"

    refused = registration.client.post(f"{V1}/group-registrations", json=body)
    harmless = group(registrar=person("a@evil.example", name="Billing: pay now at http://evil.example/pay"))
    by_one = registration.client.post(f"{V1}/group-registrations", json=harmless)

    assert refused.status_code == by_one.status_code == 422
    assert {f"people.{n}.name" for n in range(50)} | {"registrar.name"} <= refused.json["errors"].keys()
    assert by_one.json["errors"].keys() == {"registrar.name"}
    assert registration.conn.execute("SELECT count(*) FROM registrations").fetchone() == (0,)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_of_whoever_registers_holds_a_link_or_what_nobody_sees(registration: Registration, text: str) -> None:
    registration.hold(series="large-urban-public")
    library = {**LIBRARY, "name": text}
    asked = {
        f"{V1}/registrations": person("a@x.org", session="world-cafe", library=LIBRARY),
        f"{V1}/series/large-urban-public/registrations": person("a@x.org", library=LIBRARY),
    }
    for path, body in asked.items():
        for change in ({"name": text}, {"job_title": text}, {"library": library}):
            refused = registration.client.post(path, json={**body, **change})
            assert refused.status_code == 422
            assert refused.json["errors"].keys() == {next(iter(change)).replace("library", "library.name")}
    for change, path in (
        ({"registrar": person("b@x.org", name=text)}, "registrar.name"),
        ({"people": [person("a@x.org", job_title=text)]}, "people.0.job_title"),
        ({"library": library}, "library.name"),
    ):
        assert registration.client.post(f"{V1}/group-registrations", json=group(**change)).json["errors"].keys() == {
            path
        }


def test_forms_refuse_it_at_the_field(registration: Registration) -> None:
    registration.hold()
    sent = {
        "name": "Pay at www.evil.example",
        "email": "a@x.org",
        "library.name": "Springfield",
        "library.type": "public",
    }

    refused = registration.client.post("/registration/sessions/world-cafe", data=sent, headers=HERE)

    assert refused.status_code == 422
    assert "Must not hold the address of a web page" in refused.text


@pytest.mark.parametrize("door", ["registration", "notifications", "catalog"], indirect=True)
def test_every_text_of_a_public_route_is_a_name_or_known_to_be_none(door: Door) -> None:
    """From the applications' own routes: a new route whose texts are of no such type is named here."""
    found = {
        (route.name, path): field
        for route in routes(door.app)
        if not access()[route.name].startswith("staff") and route.method != "GET"
        for schema in _bodies(route.view)
        for path, field in _texts(schema)
    }

    assert {path for _, path in found} & {"name", "author"}
    assert {place for place, field in found.items() if not isinstance(field, NameField)} == set()


def _bodies(view: Any) -> Iterator[ma.Schema]:
    for parameter in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", []):
        if parameter["in"] in ("json", "form"):
            yield parameter["schema"]


def _texts(schema: ma.Schema, path: str = "") -> Iterator[tuple[str, ma.fields.Field]]:
    """The fields of a body, and of what is in it, into which anything may be written."""
    for name, field in schema.fields.items():
        inner: Any = field.inner if isinstance(field, ma.fields.List) else field
        if isinstance(inner, ma.fields.Nested):
            yield from _texts(inner.schema, f"{path}{name}.")
        elif isinstance(inner, ma.fields.String) and name not in OTHER and not _is_choice(inner):
            yield f"{path}{name}", inner


def _is_choice(field: ma.fields.Field) -> bool:
    return isinstance(field, ma.fields.UUID) or any(isinstance(rule, OneOf) for rule in field.validators)


@pytest.mark.parametrize("address", ["josé@library.example", '"a b"@x.org', "a@[127.0.0.1]"])
def test_an_address_that_mail_cannot_reach_is_refused_at_the_door(registration: Registration, address: str) -> None:
    """Case 18."""
    registration.hold()

    assert registration.register(address).json["errors"].keys() == {"email"}
    asked = registration.client.post(f"{V1}/group-registrations", json=group(people=[person(address)]))
    assert asked.json["errors"].keys() == {"people.0.email"}
    assert registration.client.post(f"{V1}/learners/sign-in", json={"email": address}).status_code == 422


def test_an_address_that_was_copied_with_what_nobody_sees_works(registration: Registration) -> None:
    registration.hold()

    assert registration.register("\ufeffada\u200b@library.example\u200e").status_code == 201
    assert registration.conn.execute("SELECT email FROM people").fetchall() == [("ada@library.example",)]
