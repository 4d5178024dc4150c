"""No value in an address, a header or a form makes a service fail, or comes back as markup or as a header."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.security.hostile import NOBODY, PARAMETER, Door, writing
from tests.web_client import WebResponse, make_client

pytest_plugins = ["tests.security.hostile"]

# As they stand in an address.
VALUES = [
    *("%00", "%FF%FE", "%ED%A0%80", "%0D%0ASet-Cookie:%20a=b", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", "-1", "0"),
    *(
        "9" * 5000,
        "1e999",
        "9223372036854775808",
        "NaN",
        "null",
        "%5B%5D",
        "true",
        "x" * 5000,
        "%E2%80%A8",
        "%F0%9F%98%80",
    ),
    *(quote(text, safe="") for text in ("' OR 1=1--", "%s", "{{7*7}}", "<script>alert(1)</script>", "\\", "\x1b[31m")),
    *(
        "9999-12-31",
        "0001-01-01",
        "10000-01-01T00:00:00Z",
        "0000-00-00",
        "infinity",
        "2017-04-06T00:00:00%2B99:99",
        "9999-12-31T23:59:59-23:59",
    ),
]
# No list has such a key; and keys of other lists, which one may take for its own.
NO_KEYS: list[Any] = [(), [None], [True], [[]], [{}], [1.5], [2**63], [-(2**63) - 1], [2**70], [2**63, 2**63], ["\0"]]
OTHER_KEYS: list[Any] = [
    *(["zz"], ["zz", "zz"], ["zz", "zz", "zz"], ["title", "a", "zz"], [NOBODY, NOBODY], ["infinity", "x"], ["NaN"]),
    *(["9999-12-31T23:59:59-23:59", NOBODY], ["0001-01-01T00:00:00+23:59", NOBODY], ["2017-04-06", NOBODY]),
]


def encode(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


NO_CURSORS = [*map(encode, NO_KEYS), "", "x", "=", "e30", "bnVsbA", "%00", "%FF", "W1siXSJd"]
CURSORS = [*NO_CURSORS, *map(encode, OTHER_KEYS)]
HEADERS = {
    "X-Forwarded-For": ["unknown", "1.2.3.4, ", "::ffff:1.2.3.4%eth0", "x" * 4000, "\xff", "'; --"],
    "Authorization": ["Bearer", "Bearer \xff", "Bearer a.b.c", "Basic !!!", "x" * 4000],
    "Cookie": ["convene_staff=\xff", "convene_learner=" + "x" * 4000, ";;;=", 'a="\\777"'],
    "If-None-Match": ["*", '"', 'W/"\xff"', "x" * 4000],
    "If-Match": ["*", '"', "\xff"],
    "If-Modified-Since": ["yesterday", "Fri, 31 Dec 99999 23:59:59 GMT"],
    "Range": ["bytes=0-0,1-1", "bytes=-" + "9" * 4000],
    "Idempotency-Key": ["short", "x" * 300, "\xff" * 20, "\x01" * 20],
    "Accept": ["text/html;q=x", ";" * 500, "\xff"],
    "Accept-Language": ["x" * 4000, "de;q=\xff"],
    "Host": ["evil.example", "\xff", "a" * 4000],
    "X-Request-Id": ["\xff", "a b", "x" * 4000],
    "Traceparent": ["00-x", "\xff" * 55],
    "Content-Type": [
        "",
        ";",
        "application/json; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ],
}
# Fields of forms, by any name that one might have.
FIELDS = [
    {"x" * 10_000: "1"},
    {f"people.{'9' * 5000}.email": "ada@library.example"},
    {"people.99999999999999999999.email": "ada@library.example"},
    {"sessions.²": "1", "terms..": "1", ".": "1", "": "1"},
    {"title": "\0", "name": "\0", "email": "\0", "body": "\0", "subject": "\0"},
    {"title": "x" * 400_000, "name": "x" * 10_000, "email": "x" * 10_000},
    {"starts_at": "10000-01-01T00:00", "edtf": "9" * 5000, "capacity": "9" * 5000, "limit": "9" * 5000},
    {f"field{number}": "1" for number in range(3000)},
]


def reading(door: Door) -> Iterator[str]:
    """A rule of every route that is read from."""
    rules = (rule for rule in door.app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    return (rule.rule for rule in rules if "/health/" not in rule.rule)


def failed(answer: WebResponse) -> bool:
    """Whether the service failed, or a header came of what was sent. It did not where oEmbed refuses other formats
    (501), and where no identity provider is set.
    """
    meant = answer.status_code == 501 or (answer.status_code == 503 and "/staff/sign" in answer.request.path)
    return (answer.status_code >= 500 and not meant) or "a=b" in answer.headers.get("Set-Cookie", "")


@pytest.mark.covers("API4:2023", "API8:2023", "ASVS 1.2.4", "ASVS 2.2.1")
def test_no_parameter_of_a_path_makes_a_service_fail(door: Door) -> None:
    rules = [rule for rule in reading(door) if "<" in rule]
    wrong = {
        (rule, value[:40]): answer.status
        for rule in rules
        for value in VALUES
        if failed(answer := door.send("GET", PARAMETER.sub(lambda found, v=value: f"{found[1]}/{v}", rule)))
    }

    assert rules
    assert wrong == {}


@pytest.mark.covers("API4:2023", "API8:2023", "ASVS 1.2.4", "ASVS 2.2.1")
def test_no_parameter_of_a_query_makes_a_service_fail(door: Door) -> None:
    """Each parameter that any route has, at every route: what it does not know is refused, or left alone by pages."""
    wrong = {
        (rule, value[:40]): answer.status
        for rule in reading(door)
        for value in VALUES
        if failed(answer := door.send("GET", f"{door.fill(rule)}?{query(door, value)}"))
    } | {
        (rule, name, value[:40]): answer.status
        for rule, names in documented(door)
        for name in names
        for value in [*VALUES, f"1&{name}=2", f"&{name}[]=1"]
        if failed(answer := door.send("GET", f"{rule}?{name}={value}"))
    }

    assert wrong == {}


def query(door: Door, value: str) -> str:
    names = {name for _, names in documented(door) for name in names}
    return "&".join(f"{name}={value}" for name in sorted(names | {"page", "next", "at", "to"}))


def documented(door: Door) -> list[tuple[str, list[str]]]:
    """The address of each route of the API that takes a query, and the names of its parameters."""
    paths = make_client(door.app).get(f"/{door.name}/v1/openapi.json").get_json()["paths"]
    found = []
    for path, operations in paths.items():
        named = [one["name"] for one in operations.get("get", {}).get("parameters", []) if one.get("in") == "query"]
        found.append((door.fill(path.replace("{", "<").replace("}", ">")), named))
    return [(path, names) for path, names in found if names]


@pytest.mark.covers("API4:2023", "API8:2023", "ASVS 1.2.4", "ASVS 2.2.1")
def test_what_is_no_cursor_of_a_list_is_refused_by_name(door: Door) -> None:
    """At every list of the API; a page, and what takes no cursor, does not fail either."""
    listing = {path for path, names in documented(door) if "cursor" in names}
    failures, accepted = {}, {}
    rules = [rule for rule in reading(door) if "/static/" not in rule and "/docs" not in rule]
    for path in {door.fill(rule) for rule in rules} | listing:
        for cursor in CURSORS:
            answer = door.send("GET", f"{path}?cursor={cursor}{door_query(door, path)}")
            if failed(answer):
                failures[path, cursor] = answer.status
            elif path in listing and cursor in NO_CURSORS and "cursor" not in errors(answer):
                accepted[path, cursor] = answer.status

    assert listing
    assert failures == {}
    assert accepted == {}


def errors(answer: WebResponse) -> Any:
    return (answer.get_json() or {}).get("errors", {})


def door_query(door: Door, path: str) -> str:
    """What a list needs besides, to look at its cursor."""
    return "&q=library" if path.endswith("/search") else ""


@pytest.mark.covers("API4:2023", "API8:2023", "ASVS 1.2.4", "ASVS 4.1.3")
def test_no_header_makes_a_service_fail(door: Door) -> None:
    asked = [("GET", door.fill(rule)) for rule in reading(door)]
    asked += [(route.method, route.path) for route in writing(door)]
    wrong = {
        (method, path, name, value[:40]): answer.status
        for method, path in asked
        for name, values in HEADERS.items()
        for value in values
        if failed(answer := door.send(method, path, headers={**door.staff, name: value}, anyone=True))
    }

    assert wrong == {}


@pytest.mark.covers("API4:2023", "API8:2023", "ASVS 4.1.3")
@pytest.mark.parametrize("door", ["registration"], indirect=True)
@pytest.mark.parametrize("claimed", HEADERS["X-Forwarded-For"])
def test_an_address_that_is_none_counts_as_that_of_the_one_who_asks(door: Door, claimed: str) -> None:
    path, wanted = "/registration/v1/learners/sign-in", {"email": "ada@library.example"}

    asked = door.send("POST", path, json=wanted, headers={"X-Forwarded-For": claimed})

    assert asked.status_code == 202


@pytest.mark.covers("API4:2023", "ASVS 2.2.1", "ASVS 5.2.1")
def test_no_field_of_a_form_makes_a_page_fail(door: Door) -> None:
    wrong = {
        (route.rule, number, kind): answer.status
        for route in writing(door)
        if not route.is_api
        for number, fields in enumerate(FIELDS)
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data")
        if failed(answer := door.send("POST", route.path, data=fields, content_type=kind))
    }

    assert wrong == {}


@pytest.mark.covers("API8:2023", "ASVS 1.2.1")
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", '"><img src=x onerror=alert(1)>'])
def test_nothing_of_an_address_becomes_markup(door: Door, text: str) -> None:
    sent = quote(text, safe="")
    addresses = [f"{door.fill(rule)}?{query(door, sent)}" for rule in reading(door) if "/v1/" not in rule]
    addresses += [f"/{door.name}/{sent}", f"/{door.name}/staff/{sent}", f"/{door.name}/{NOBODY}/{sent}"]
    wrong = [
        address
        for address in addresses
        if "html" in (answer := door.send("GET", address, headers={"Accept": "text/html"})).content_type
        and any(found in answer.text for found in ("<script>alert", "<img src=x", ">49<"))
    ]

    assert wrong == []
