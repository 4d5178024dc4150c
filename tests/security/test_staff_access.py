"""Who may use what: every route of every service stands in `access.txt`, and is closed to everybody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.token import SCOPES
from shared.http.signin import COOKIE
from tests.security.houses import House
from tests.security.routes import Route, access, scope_for
from tests.servers.engines import SERVICES

LEARNER = "convene_learner"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3K0nG8nNQ1k="  # the example of our documentation
IN_ADDRESSES = ("token", "access_token", "api_key", "key", "apikey", "jwt")


@pytest.mark.covers("API1:2023", "API5:2023", "API9:2023", "ASVS 8.1.1", "ASVS 8.2.1")
def test_every_route_stands_in_the_table_and_the_table_names_no_other(house: House) -> None:
    service = house.present.service

    assert sorted(route.name for route in house.routes) == sorted(
        name for name in access() if name.partition(" ")[2].startswith(f"/{service}/")
    )


@pytest.mark.covers("API5:2023", "ASVS 8.2.1", "ASVS 8.3.1")
def test_no_route_of_staff_opens_to_anybody_else(house: House) -> None:
    """Without a token, with one of another kind, with a token at a place where none is read, with any other scope."""
    before = house.content()

    opened = [
        (route.name, what, answer.status_code)
        for route, scope in staff_routes(house)
        for what, options in intruders(house, route, scope)
        if not is_refused(route, answer := house.ask(route, **options), what)
    ]

    assert opened == []
    assert house.content() == before


@pytest.mark.covers("API5:2023", "ASVS 8.2.1")
def test_the_scope_of_the_table_alone_opens_every_route_of_staff(house: House) -> None:
    """What the walk above refuses, it does not refuse to everybody."""
    found = {
        route.name: house.ask(route, **credentials(house, route, scope)).status_code
        for route, scope in staff_routes(house)
    }

    assert found
    assert {name: status for name, status in found.items() if status in (401, 403, 405, 500)} == {}


@pytest.mark.covers("API3:2023", "API5:2023")
def test_a_refusal_tells_nothing_but_itself(house: House) -> None:
    members = {
        member
        for route, scope in staff_routes(house)
        if route.is_api
        for options in ({}, bearer(house.staff(others(scope))))
        for member in house.ask(route, **options).json
    }

    assert members == {"type", "title", "status", "detail", "instance", "request_id"}


def test_every_service_has_routes_of_staff() -> None:
    """So that the walks walk somewhere."""
    staff = [name for name, who in access().items() if who.startswith("staff ")]

    assert all(len([name for name in staff if f" /{service}/" in name]) > 30 for service in SERVICES)


def staff_routes(house: House) -> list[tuple[Route, str]]:
    return [(route, scope) for route in house.routes if (scope := scope_for(route))]


def others(scope: str) -> str:
    return " ".join(one for one in SCOPES.split() if one != scope)


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def cookie(house: House, token: str, name: str = COOKIE) -> dict[str, Any]:
    client = house.client
    client.set_cookie(name, token, domain="learning.example.org")
    return {"client": client}


def credentials(house: House, route: Route, scopes: str) -> dict[str, Any]:
    """What staff with these scopes bring along: the API takes a bearer token, pages a cookie."""
    token = house.staff(scopes)
    return bearer(token) if route.is_api else cookie(house, token)


def intruders(house: House, route: Route, scope: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a request may bring that does not open a route for `scope`."""
    good = house.staff(scope)
    yield "nothing", {}
    yield "garbage", bearer("a.b.c") if route.is_api else cookie(house, "a.b.c")
    yield "a good token where the other door reads it", cookie(house, good) if route.is_api else bearer(good)
    yield "a learner's cookie", cookie(house, good, LEARNER)
    yield "a webhook's secret", bearer(WEBHOOK_SECRET)
    yield "another scheme", {"headers": {"Authorization": f"Basic {good}"}}
    yield "tokens in the address", {"query_string": dict.fromkeys(IN_ADDRESSES, good)}
    yield "headers of gateways", {"headers": {"X-Forwarded-User": "staff", "X-User": "staff", "X-Scope": scope}}
    for one in others(scope).split():
        yield f"scope {one}", credentials(house, route, one)
    yield "scopes all others", credentials(house, route, others(scope))
    yield "scopes like it", credentials(house, route, f"{scope}x {scope.upper()} x{scope} {scope}, *")


def is_refused(route: Route, answer: Any, what: str) -> bool:
    if what.startswith("scope"):
        return answer.status_code == 403
    if what == "tokens in the address" and answer.status_code == 422:
        return "Unknown parameter." in answer.text
    if route.is_api or route.method != "GET":
        return answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    return answer.status_code == 303 and "/staff/sign-in?" in answer.headers["Location"]
