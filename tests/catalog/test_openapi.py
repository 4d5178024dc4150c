"""The OpenAPI document of the catalog."""

import re
import warnings
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from services.catalog.app import SERVICE
from shared import runtime
from shared.http import Blueprint
from tests.web_client import make_client

# Writes that need no token: a comment waits for staff, and a harvester's form only reads.
FOR_ANYONE = ("/catalog/v1/sessions/{slug}/comments", "/catalog/oai")


@pytest.fixture(scope="module")
def document(present: runtime.Runtime) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app = SERVICE.create_app(present)
    return make_client(app).get("/catalog/v1/openapi.json").json


def test_it_is_valid_and_names_no_schema_twice(document: Any) -> None:
    validate(document)

    assert document["openapi"] == "3.1.0"
    assert not [name for name in document["components"]["schemas"] if name[-1].isdigit()]


def test_every_operation_says_what_it_does_and_every_write_who_may(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            assert operation["summary"], (method, path)
            if method != "get" and path not in FOR_ANYONE:
                assert operation["security"], (method, path)


def test_the_programme_document_is_described_in_both_forms(document: Any) -> None:
    content = document["paths"]["/catalog/v1/imports"]["post"]["requestBody"]["content"]

    assert set(content) == {"application/json", "application/yaml"}
    assert content["application/yaml"]["schema"]["$ref"].endswith("/Programme")


def test_every_route_of_the_catalog_is_in_it(document: Any, app: Flask) -> None:
    apis = {name for name, blueprint in app.blueprints.items() if isinstance(blueprint, Blueprint)}
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in apis}
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}

    named = {re.sub(r"(uuid|string|int):", "", rule) for rule in rules if "/docs" not in rule}
    assert {rule for rule in named if "openapi" not in rule} <= described
