"""The OpenAPI document of notifications, and that every route keeps to it, whatever is sent (schemathesis)."""

import warnings
from typing import Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.notifications.app import SERVICE
from shared import runtime
from tests.hypothesis_settings import EVERY_HEALTH_CHECK
from tests.notifications.desk import Desk
from tests.web_client import WebClient, make_client

PATH = "/notifications/v1/openapi.json"
# Anyone, or anyone with the token of a link, may call these.
PUBLIC = {
    ("post", "/notifications/v1/subscriptions"),
    ("post", "/notifications/v1/subscriptions/confirm"),
    ("patch", "/notifications/v1/subscriptions/{token}"),
    ("delete", "/notifications/v1/subscriptions/{token}"),
    ("post", "/notifications/v1/unsubscribe/{token}"),
}
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
SETTINGS = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=EVERY_HEALTH_CHECK,
)


@pytest.fixture
def document(present: runtime.Runtime) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app = SERVICE.create_app(present)
    return make_client(app).get(PATH).json


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


@pytest.mark.timeout(240)
def test_every_route_keeps_to_its_document(desk: Desk, client: WebClient) -> None:
    desk.subscribe("ann@library.example")
    desk.publish(desk.issue())
    api = schemathesis.openapi.from_wsgi(PATH, client.application)
    operations = [found.ok() for found in api.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 40
    failures = [failure for operation in operations if (failure := try_out(desk, client, operation))]

    assert not failures, "\n\n".join(failures)


def try_out(desk: Desk, client: WebClient, operation: Any) -> str | None:
    """Return what fails on a route; None if nothing does. Staff's are asked with a token that opens them."""
    staff = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
    headers = staff if operation.definition.raw.get("security") else {}

    @SETTINGS
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        with desk.conn.transaction(force_rollback=True):
            case.call_and_validate(checks=CHECKS, headers=headers)

    try:
        ask()
    except Exception as error:
        return f"{operation.label}: {error}: {getattr(error, 'exceptions', ())[:3]}"
    return None
