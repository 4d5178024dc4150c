"""A body that no route asked for is refused by every route that takes one, by a problem document that says why."""

import gzip
import io
from collections.abc import Iterator

import pytest

from shared.http.request_checks import MAX_BODY
from tests.security.hostile import Door, Route, writing
from tests.web_client import WebResponse

pytest_plugins = ["tests.security.hostile"]

JSON = "application/json"
DEEP = 100_000
# What RFC 8259 has no place for, or leaves to each reader to understand in a way of its own.
NO_JSON = {
    "nothing that is text": b"\0",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "Ada"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "Ada"}',
    "two documents": b"{} {}",
    "half of one": b'{"name": ',
    "deep arrays": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deeper than is written again": b'{"a":' * 300 + b"1" + b"}" * 300,
    "a member twice": b'{"email": "ada@library.example", "email": "eve@library.example"}',
    "a member twice, deep within": b'{"library": {"name": "A", "type": "public", "name": "B"}}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": [-Infinity]}',
    "a number beyond a float": b'{"a": 1e999}',
    "a number of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "half a character": b'{"name": "\\ud800"}',
    "a name of half a character": b'{"\\udfff": 1}',
    "a control character": b'{"name": "\x01"}',
}
# JSON, and no document of ours.
OTHER_JSON = {
    "null": b"null",
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"7",
    "members that nobody knows": b'{"__proto__": {"admin": true}, "$ref": "#", "constructor": {}}',
    "a name of NUL": b'{"\\u0000": 1}',
    "a very long name": b'{"' + b"x" * 100_000 + b'": 1}',
}
OTHER_TYPES = [
    *("text/plain", "application/xml", "text/html", "application/json-patch+json", "application/octet-stream", "*/*"),
    *("application/x-pickle", "json", "\x7f"),
]


def api(door: Door) -> Iterator[Route]:
    return (route for route in writing(door) if route.is_api)


def is_problem(answer: WebResponse, *statuses: int) -> bool:
    """Whether this is a refusal as RFC 9457 has it, of one of these statuses."""
    document = answer.get_json(force=True, silent=True) or {}
    return (
        answer.status_code in statuses
        and answer.content_type == "application/problem+json"
        and document.get("status") == answer.status_code
        and bool(document.get("title"))
    )


@pytest.mark.covers("API4:2023", "API8:2023", "ASVS 1.5.3", "ASVS 2.2.1", "ASVS 15.3.6")
def test_what_is_no_json_is_said_to_be_none(door: Door) -> None:
    taken = {
        (route.method, route.rule, name): answer.status
        for route in api(door)
        if JSON in route.consumes
        for name, body in NO_JSON.items()
        if not is_problem(answer := door.send(route.method, route.path, data=body, content_type=JSON), 400)
    }

    assert taken == {}


@pytest.mark.covers("API3:2023", "API4:2023", "ASVS 2.2.1", "ASVS 15.3.3")
def test_json_that_is_no_document_of_the_route_is_refused(door: Door) -> None:
    taken = {
        (route.method, route.rule, name): answer.status
        for route in api(door)
        if JSON in route.consumes
        for name, body in OTHER_JSON.items()
        if not is_problem(answer := door.send(route.method, route.path, data=body, content_type=JSON), 400, 409, 422)
    }

    assert taken == {}


@pytest.mark.covers("API4:2023", "ASVS 4.1.1", "ASVS 5.2.1")
def test_a_body_of_another_type_is_not_looked_at(door: Door) -> None:
    taken = {
        (route.method, route.rule, kind): answer.status
        for route in writing(door)
        for kind in OTHER_TYPES
        if not is_problem(answer := door.send(route.method, route.path, data=b"{}", content_type=kind), 415)
    }

    assert taken == {}


@pytest.mark.covers("API4:2023", "ASVS 5.2.3")
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-unknown"])
def test_a_compressed_body_is_not_inflated(door: Door, coding: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    taken = {
        (route.method, route.rule): answer.status
        for route in writing(door)
        for kind in route.consumes
        if not is_problem(
            answer := door.send(
                route.method, route.path, data=bomb, content_type=kind, headers={"Content-Encoding": coding}
            ),
            415,
        )
    }

    assert taken == {}


@pytest.mark.covers("API4:2023", "ASVS 5.2.1")
@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "without"])
def test_a_body_of_a_byte_too_many_is_refused(door: Door, *, announced: bool) -> None:
    body = b'"' + b"x" * (MAX_BODY - 1) + b'"'
    taken = {
        (route.method, route.rule, kind): answer.status
        for route in writing(door)
        for kind in route.consumes
        if not is_problem(answer := send_whole(door, route, kind, body, announced=announced), 413)
    }

    assert taken == {}


def send_whole(door: Door, route: Route, kind: str, body: bytes, *, announced: bool) -> WebResponse:
    """Send so many bytes; without saying how many (`Transfer-Encoding: chunked`), as gunicorn hands them on."""
    if kind == "multipart/form-data":
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        body, kind = head + body + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    if announced:
        return door.send(route.method, route.path, data=body, content_type=kind)
    return door.send(
        route.method,
        route.path,
        input_stream=io.BytesIO(body),
        content_type=kind,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
