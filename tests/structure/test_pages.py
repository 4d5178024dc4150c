"""Rules for every page of every service: forms come from its own site, and staff pages need a sign-in."""

from typing import Any

import pytest
from werkzeug.routing import Rule

from tests.web_client import make_client

SITE = "https://learning.example.org"
VALUES = {"UUIDConverter": "7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7", "IntegerConverter": 1}


def pages_of(app: Any, method: str) -> list[tuple[Rule, str]]:
    """The routes of pages that take this method, each with an address."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if method in (rule.methods or ()) and "/v1/" not in rule.rule and hasattr(view, "takes_query"):
            values = {name: _value(rule, name) for name in rule.arguments}
            found.append((rule, app.url_map.bind("x").build(rule.endpoint, values, method=method)))
    return found


def _value(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if items := getattr(converter, "items", None):
        return sorted(items)[0]
    if type(converter).__name__ == "AnyConverter":
        return converter.regex.strip("(?:)").split("|")[0]
    return VALUES.get(type(converter).__name__, "x")


@pytest.mark.covers("API8:2023")
def test_no_page_takes_the_form_of_another_site(app: Any) -> None:
    taken = [
        address
        for rule, address in pages_of(app, "POST")
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"})
        if make_client(app).post(address, data={}, headers=headers, base_url=SITE).status_code != 403
        and rule.rule != "/catalog/oai"  # a harvester's form, which changes nothing
    ]

    assert taken == []


def test_no_page_of_staff_opens_without_a_sign_in(app: Any) -> None:
    staff = [address for rule, address in pages_of(app, "GET") if hasattr(app.view_functions[rule.endpoint], "scope")]
    answers = {address: make_client(app).get(address, base_url=SITE) for address in staff}

    assert staff
    assert [a for a, answer in answers.items() if "/staff/sign-in" not in answer.headers.get("Location", "")] == []


def test_every_route_below_staff_has_a_scope(app: Any) -> None:
    open_ones = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "/staff/" in rule.rule and not hasattr(app.view_functions[rule.endpoint], "scope")
    ]

    assert sorted(path.rsplit("/", 1)[1] for path in open_ones) == ["sign-in", "sign-out", "signed-in"]
