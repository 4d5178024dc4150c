"""A member of staff without the scope of a page can neither see it nor use its forms."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy import docs
from deploy.docs import SERVICES
from deploy.token import SCOPES
from shared import runtime
from shared.http.signin import COOKIE
from shared.settings import Settings
from tests.servers.engines import Engines
from tests.structure.test_pages import SITE, pages_of
from tests.web_client import make_client

# These POST requests change nothing, so the scope to read is enough.
LOOKING = {
    "/notifications/staff/newsletters/preview",
    "/notifications/staff/templates/<kind>/preview",
}


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, engines: Engines) -> Any:
    """A service that knows who signs tokens, and reaches nothing else."""
    settings = Settings(
        database_url="postgresql://x@127.0.0.1:1/x",
        broker_url="amqp://",
        public_url=SITE,
        jwks=str(engines.secrets / "jwks.json"),
    )
    present = runtime.build(request.param, settings, "test", pool_size=1)
    return docs._service(request.param).create_app(present)


def scope_of(app: Any, endpoint: str) -> str | None:
    return getattr(app.view_functions[endpoint], "scope", None)


@pytest.mark.covers("API5:2023", "ASVS 8.2.1")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_other_scope_together_opens_no_page(app: Any, staff_token: Callable[[str], str], method: str) -> None:
    answers = {}
    for rule, address in pages_of(app, method):
        if scope := scope_of(app, rule.endpoint):
            client = make_client(app)
            client.set_cookie(
                COOKIE, staff_token(" ".join(set(SCOPES.split()) - {scope})), domain="learning.example.org"
            )
            answer = client.open(address, method=method, headers={"Sec-Fetch-Site": "same-origin"}, base_url=SITE)
            answers[address] = answer.status_code

    assert answers
    assert {address: status for address, status in answers.items() if status != 403} == {}


def test_what_changes_something_needs_more_than_to_read(app: Any) -> None:
    by_reading = {
        rule.rule for rule, _ in pages_of(app, "POST") if (scope_of(app, rule.endpoint) or "").endswith(":read")
    }

    assert by_reading <= LOOKING
