"""Every route of the catalog keeps to its OpenAPI document, whatever is sent (schemathesis)."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.catalog.catalog import Catalog
from tests.catalog.programs import small
from tests.hypothesis_settings import EVERY_HEALTH_CHECK


def does_not_fail(_context: Any, response: Any, _case: Any) -> None:
    """No 5xx, but for the 501 by which oEmbed's specification refuses other formats (2.3.4)."""
    assert response.status_code < 500 or response.status_code == 501, response.text


CHECKS = [
    does_not_fail,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


SETTINGS = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=EVERY_HEALTH_CHECK,
)


@pytest.mark.covers("API3:2023", "API9:2023")
@pytest.mark.timeout(240)
def test_every_route_keeps_to_its_document(catalog: Catalog, app: Flask) -> None:
    """Staff's routes are asked with a token that opens them, the others by anyone."""
    catalog.take_in(small())
    api = schemathesis.openapi.from_wsgi("/catalog/v1/openapi.json", app)
    operations = [found.ok() for found in api.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 60
    failures = [failure for operation in operations if (failure := try_out(catalog, operation))]

    assert not failures, "\n\n".join(failures)


def try_out(catalog: Catalog, operation: Any) -> str | None:
    """Return what fails on a route; None if nothing does."""
    headers = catalog.staff if operation.definition.raw.get("security") else {}

    @SETTINGS
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        with catalog.conn.transaction(force_rollback=True):
            case.call_and_validate(checks=CHECKS, headers=headers)

    try:
        ask()
    except Exception as error:
        return f"{operation.label}: {error}: {getattr(error, 'exceptions', ())[:3]}"
    return None
