"""The OpenAPI document of registration."""

import warnings
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from services.registration.app import SERVICE
from shared import runtime
from tests.web_client import make_client

# Anyone, or anyone with the token of a link, may call these.
PUBLIC = {
    ("delete", "/registration/v1/people/{email}"),
    ("post", "/registration/v1/learners/sign-in"),
    ("post", "/registration/v1/learners/session"),
    ("delete", "/registration/v1/learners/session"),
    ("post", "/registration/v1/invitations/{code}/transfer"),
    ("post", "/registration/v1/series/{slug}/registrations"),
    ("post", "/registration/v1/group-registrations"),
    ("post", "/registration/v1/group-registrations/confirmation"),
    ("patch", "/registration/v1/registrations/{id}"),
    ("post", "/registration/v1/registrations/{id}/accept"),
    ("post", "/registration/v1/registrations"),
    ("delete", "/registration/v1/registrations/{id}"),
    ("post", "/registration/v1/sessions/{slug}/views"),
    ("post", "/registration/v1/invitations/{code}/accept"),
    ("post", "/registration/v1/invitations/{code}/decline"),
}


@pytest.fixture(scope="module")
def document(present: runtime.Runtime) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app = SERVICE.create_app(present)
    return make_client(app).get("/registration/v1/openapi.json").json


def test_it_is_valid_and_names_no_schema_twice(document: Any) -> None:
    validate(document)

    assert not [name for name in document["components"]["schemas"] if name[-1].isdigit()]


def test_every_operation_says_what_it_does_and_every_write_who_may(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            assert operation["summary"], (method, path)
            assert method == "get" or (method, path) in PUBLIC or operation["security"], (method, path)


def test_every_route_is_in_it(document: Any, app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in app.blueprints}
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}

    api = {rule for rule in rules if "/v1/" in rule and "/docs" not in rule and "openapi" not in rule}
    named = {rule.replace("uuid:", "").replace("int:", "") for rule in api}
    assert named <= described
