"""The documents that other people's programs read are valid, complete, and what the code does."""

import gzip
import warnings
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from openapi_spec_validator import validate

from deploy import docs
from shared import runtime
from shared.events import asyncapi
from shared.events.envelope import registry
from shared.settings import Settings
from tests.contracts.examples import EXAMPLES, document_of
from tests.web_client import make_client

ASYNCAPI_3 = Path(__file__).parent / "asyncapi-3.0.0.json.gz"


def openapi(service: str, tmp_path: Path) -> dict[str, Any]:
    app_module = docs._service(service)
    settings: dict[str, Any] = {
        "environment": "development",
        "database_url": "postgresql://nobody@127.0.0.1:1/none",
        "broker_url": "amqp://nobody@127.0.0.1:1/none",
        "public_url": "https://learning.example.org",
        "jwks": str(tmp_path / "jwks.json"),
    }
    present = runtime.build(service, Settings(**settings), "test", pool_size=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = make_client(app_module.create_app(present))
        return client.get(f"/{service}/v1/openapi.json").json


@pytest.mark.parametrize("service", docs.SERVICES)
def test_the_openapi_document_is_valid_and_every_operation_says_what_it_does(service: str, tmp_path: Path) -> None:
    document = openapi(service, tmp_path)

    validate(document)

    operations = [op for path in document["paths"].values() for name, op in path.items() if name != "parameters"]
    assert all(operation.get("summary") for operation in operations)
    assert all("default" in operation["responses"] for operation in operations)


@pytest.mark.parametrize("service", docs.SERVICES)
def test_a_body_is_required_where_a_member_of_it_is(service: str, tmp_path: Path) -> None:
    """Nothing sent is as good as `{}`, so a document that asks for more would be stricter than the code."""
    document = openapi(service, tmp_path)
    schemas = document["components"]["schemas"]

    checked = []
    for path in document["paths"].values():
        for operation in (op for name, op in path.items() if name != "parameters" and "requestBody" in op):
            body = operation["requestBody"]
            if schema := body["content"].get("application/json", {}).get("schema", {}).get("$ref"):
                needed = schemas[schema.rpartition("/")[2]].get("required", [])
                checked.append((operation["summary"], body.get("required", False), bool(needed)))
    assert {needed for _, _, needed in checked} == {True, False}
    assert [summary for summary, required, needed in checked if required != needed] == []


def test_the_asyncapi_document_is_valid() -> None:
    document = orjson.loads(orjson.dumps(asyncapi.document(docs.listeners())))

    jsonschema_rs.validator_for(orjson.loads(gzip.decompress(ASYNCAPI_3.read_bytes()))).validate(document)


def test_there_is_an_example_of_every_event() -> None:
    assert EXAMPLES.keys() == registry.keys()


@pytest.mark.parametrize("kind", sorted(registry))
def test_an_event_as_it_is_sent_keeps_to_its_schema(kind: str) -> None:
    document = asyncapi.document({})
    schema = {"$ref": f"#/components/messages/{kind.replace('.', '-')}/payload", "components": document["components"]}

    jsonschema_rs.validator_for(schema).validate(document_of(kind))


@pytest.mark.parametrize("page", docs.pages())
def test_the_pages_made_from_the_code_are_up_to_date(page: str) -> None:
    assert (docs.DOCS / page).read_text() == docs.pages()[page], "run `python -m deploy.docs`"
