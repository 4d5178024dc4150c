"""No route answers before its permission check: no decorator is outside of that."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from flask import Flask

from shared.http.guards import guard
from tests.security.routes import Route, access, routes

# They describe, or write what the view gave; they answer nothing of their own.
SILENT = ("Blueprint.doc.", "ResponseMixin.")
GUARDS = ("guard.<locals>.decorate.<locals>.guarded", "staff.<locals>.decorate.<locals>.guarded")
# These only read the credential, which is in the query or body, and answer nothing.
READERS = {
    "GET /registration/v1/join": "the link's token is the one parameter that there is",
    "POST /notifications/v1/subscriptions/confirm": "the link's token is the one member of the body",
    "POST /registration/v1/group-registrations/confirmation": "the link's token is the one member of the body",
}


@pytest.mark.covers("API1:2023", "API5:2023", "ASVS 8.3.1")
def test_no_decorator_that_answers_stands_outside_the_check(app: Flask) -> None:
    assert misplaced(app) == {}


@pytest.mark.covers("API5:2023", "ASVS 8.3.1")
def test_every_route_of_staff_has_a_guard(app: Flask) -> None:
    staff = [route for route in routes(app) if access()[route.name].startswith("staff ")]

    assert [route.name for route in staff if not is_guard(outermost(route.view))] == []


def test_a_new_route_that_answers_first_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def answering(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        return answered

    bad, good = answering(guard(lambda: None)(lambda: "")), guard(lambda: None)(answering(lambda: ""))
    app.add_url_rule(f"/{app.name}/v1/bad", "bad", bad)
    app.add_url_rule(f"/{app.name}/v1/good", "good", good)
    known = {**access(), f"GET /{app.name}/v1/bad": "link manage", f"GET /{app.name}/v1/good": "link manage"}
    monkeypatch.setattr("tests.structure.test_guards.access", lambda: known)

    assert list(misplaced(app)) == [f"GET /{app.name}/v1/bad"]


def misplaced(app: Flask) -> dict[str, str]:
    """Return what answers first on protected routes, if that is neither the guard nor the view."""
    return {
        route.name: first.__code__.co_qualname
        for route in routes(app)
        if not is_open(route)
        and hasattr(first := outermost(route.view), "__wrapped__")
        and not is_guard(first)
        and route.name not in READERS
    }


def is_open(route: Route) -> bool:
    return access()[route.name] == "anybody"


def outermost(view: Callable[..., Any]) -> Any:
    """The first layer of a view that may answer by itself."""
    found: Any = view
    while hasattr(found, "__wrapped__") and any(name in found.__code__.co_qualname for name in SILENT):
        found = found.__wrapped__
    return found


def is_guard(layer: Any) -> bool:
    return layer.__code__.co_qualname.endswith(GUARDS)
