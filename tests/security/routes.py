"""The routes of the three services, each with an address that fits it, and who may use it by `access.txt`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

SITE = "https://learning.example.org"
EVIL = "evil.example"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODYS = "7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7"
BY_CONVERTER = {"UUIDConverter": NOBODYS, "IntegerConverter": 1}


@dataclass(frozen=True)
class Route:
    """One method of one rule; `view` is the function that answers."""

    app: Flask
    rule: Rule
    method: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def view(self) -> Callable[..., Any]:
        return self.app.view_functions[self.rule.endpoint]

    @property
    def is_api(self) -> bool:
        return "/v1/" in self.rule.rule

    def address(self, **values: Any) -> str:
        """An address of this route, with these values for its parts; others are of things that are not there."""
        given = {name: values.get(name, _value(self.rule, name)) for name in self.rule.arguments}
        found = self.rule.build(given)  # of this rule, where its view has several
        assert found
        return found[1]


def routes(app: Flask) -> list[Route]:
    """Every route of an application, in a stable order."""
    found = [
        Route(app, rule, method)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
    ]
    return sorted(found, key=lambda route: (route.rule.rule, route.method))


def access() -> dict[str, str]:
    """Who may use each route (`GET /catalog/v1/audit`), as `access.txt` says."""
    return {route: who for who, route in _lines()}


def scope_for(route: Route) -> str | None:
    """The scope that staff need for a route that is for staff alone."""
    kind, _, scope = access()[route.name].partition(" ")
    return scope if kind == "staff" else None


@cache
def _lines() -> tuple[tuple[str, str], ...]:
    return tuple(_read())


def _read() -> Iterator[tuple[str, str]]:
    who = ""
    for line in (Path(__file__).parent / "access.txt").read_text().splitlines():
        if line.startswith("  "):
            yield who, line.strip()
        elif line and not line.startswith("#"):
            who = line.removesuffix(":")


def _value(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if items := getattr(converter, "items", None):
        return sorted(items)[0]
    kind = type(converter).__name__
    if kind == "AnyConverter":
        return converter.regex.strip("(?:)").split("|")[0].replace("\\", "")
    return BY_CONVERTER.get(kind, "x")
