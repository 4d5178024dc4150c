"""What there is, is written down: every route of the API in its OpenAPI document, and nothing else in it."""

from typing import Any

import pytest

from tests.security.houses import House
from tests.security.routes import access, scope_for

# The documents themselves are no part of what they describe.
HIDDEN = ("/v1/docs", "/v1/openapi.json")


def documented(house: House) -> dict[str, Any]:
    """Each operation of the OpenAPI document, by its name as in the table, without the names of parts."""
    document = house.client.get(f"/{house.present.service}/v1/openapi.json").json
    assert document
    return {
        f"{method.upper()} {blank(path)}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


def blank(path: str) -> str:
    """`/sessions/<slug>` and `/sessions/{slug}` are the same."""
    import re

    return re.sub(r"<[^>]*>|\{[^}]*\}", "*", path)


@pytest.mark.covers("API9:2023")
def test_the_document_has_every_route_of_the_api_and_none_that_is_not_there(house: House) -> None:
    """Besides the API it describes what else programs read: feeds, calendars, harvesting."""
    written = documented(house)
    there = {f"{route.method} {blank(route.rule.rule)}": route for route in house.routes}
    api = {name for name, route in there.items() if route.is_api and not any(part in name for part in HIDDEN)}

    assert api - set(written) == set()
    assert set(written) - set(there) == set()
    assert {name for name in set(written) - api if scope_for(there[name])} == set()


@pytest.mark.covers("API9:2023", "ASVS 8.1.1")
def test_the_document_says_of_each_route_which_scope_it_needs(house: House) -> None:
    written = documented(house)
    different = {
        route.name: security
        for route in house.routes
        if (operation := written.get(f"{route.method} {blank(route.rule.rule)}"))
        if (security := operation.get("security", [])) != ([{"staff": [scope]}] if (scope := scope_for(route)) else [])
    }

    assert different == {}


@pytest.mark.covers("API9:2023")
def test_there_is_no_version_but_the_one(house: House) -> None:
    service = house.present.service
    for path in (f"/{service}/v0/audit", f"/{service}/v2/audit", f"/{service}/audit", f"/{service}/internal/audit"):
        assert house.client.get(path).status_code == 404


@pytest.mark.covers("API8:2023", "API9:2023", "ASVS 13.4.2", "ASVS 13.4.5")
@pytest.mark.parametrize(
    "path",
    [".git/config", ".env", "console", "debug", "__debug__/", "admin", "server-status", "phpinfo.php", "actuator/env",
     "swagger.json", "v1/swagger-ui", "v1/redoc", "graphql", "static/x/../../../settings.py",
     "static/x/%2e%2e/settings.py", "static/x//etc/passwd", "static/x/..%2f..%2fsettings.py"],
)  # fmt: skip
def test_nothing_of_tools_or_of_the_machine_is_served(house: House, path: str) -> None:
    answer = house.client.get(f"/{house.present.service}/{path}", buffered=True)

    assert answer.status_code in (404, 308)
    if answer.status_code == 308:
        assert house.client.get(answer.headers["Location"]).status_code == 404


@pytest.mark.covers("API9:2023", "ASVS 14.2.3")
def test_probes_tell_how_it_is_and_not_what_it_is(house: House) -> None:
    for name in ("live", "ready"):
        answer = house.client.get(f"/{house.present.service}/health/{name}")
        assert "password" not in answer.text
        assert not any(word in answer.text.lower() for word in ("postgres", "127.0.0.1", "version", "traceback"))


def test_the_table_has_a_reason_for_each_way_in() -> None:
    kinds = {who.partition(" ")[0] for who in access().values()}

    assert kinds == {"anybody", "learner", "link", "oneself", "staff"}
