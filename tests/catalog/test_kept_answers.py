"""Answers that are kept: the same as when they were made, until something changes."""

from typing import Any

import psycopg
import pytest
from cachetools import FIFOCache

from shared import runtime
from shared.http.response_cache import ResponseCache
from tests.catalog.catalog import V1, Catalog
from tests.catalog.programs import changed
from tests.catalog.staff_requests import take_seats


@pytest.fixture
def asked(filled: Catalog, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries sent to the database, except those of the cache version."""
    found: list[str] = []
    execute = psycopg.Cursor.execute

    def note(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if "catalog_revision" not in str(query):
            found.append(str(query))
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    return found


@pytest.mark.parametrize("path", ["/sessions", "/sessions/cafe", "/search?q=cafe", "/series/large", "/vocabularies"])
def test_what_was_answered_once_is_not_asked_for_again(filled: Catalog, asked: list[str], path: str) -> None:
    first = filled.get(path)
    asked.clear()

    again = filled.get(path, X_Request_Id="mine")

    assert asked == []
    assert again.data == first.data
    assert again.headers["X-Request-Id"] == "mine"
    for name in ("Content-Type", "ETag", "Cache-Control", "Access-Control-Allow-Origin", "Content-Security-Policy"):
        assert again.headers[name] == first.headers[name]


def test_a_kept_answer_answers_head_and_who_has_it(filled: Catalog, asked: list[str]) -> None:
    first = filled.get("/sessions")
    asked.clear()

    unchanged = filled.get("/sessions", If_None_Match=f'"other", {first.headers["ETag"]}')
    head = filled.client.head(f"{V1}/sessions")

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["ETag"] == first.headers["ETag"]
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(first.data))
    assert asked == []


def test_it_is_made_anew_after_a_write_a_seat_and_a_moment(filled: Catalog) -> None:
    assert filled.show("/sessions/cafe")["title"] == "Café"
    filled.take_in(changed("cafe", title="Coffee"))
    assert filled.show("/sessions/cafe")["title"] == "Coffee"

    take_seats(filled, "cafe", 20)
    assert filled.show("/sessions/cafe")["registration"]["seats_left"] == 100

    filled.set_time("2017-04-06T18:00:01Z")
    assert filled.show("/sessions/cafe")["registration"]["state"] == "closed"


def test_what_staff_read_is_neither_kept_nor_given_from_what_is_kept(filled: Catalog, asked: list[str]) -> None:
    filled.get("/sessions/cafe")
    asked.clear()

    answer = filled.client.get(f"{V1}/sessions/cafe", headers=filled.staff)

    assert answer.headers["Cache-Control"] == "no-store"
    assert asked


def test_refusals_are_not_kept(filled: Catalog) -> None:
    kept = runtime.current().memory[ResponseCache]
    filled.get("/sessions/unknown")
    filled.get("/sessions?color=red")

    assert len(kept.answers) == 0


def test_memory_is_bounded_whatever_is_asked(filled: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = runtime.current().memory[ResponseCache]
    size = 40 * len(filled.get("/sessions").data)
    monkeypatch.setattr(kept, "answers", FIFOCache(size, getsizeof=kept.answers.getsizeof))

    for number in range(120):
        filled.get(f"/sessions?starts_after=2016-01-01T00:{number % 60:02}:{number // 60:02}Z")

    assert kept.answers.currsize <= size
    assert 0 < len(kept.answers) < 120


@pytest.mark.parametrize(
    "query",
    [
        "",
        "library_type=public&facets=true",
        "format=webinar&format=workshop&sort=-starts&limit=2&facets=1",
        "starts_after=2017-03-01T00:00:00Z&fields=slug,title",
        "library_type=public&limit=1&fields=slug&sort=title",
        "format=webinar&include=series",
        "q=cafe",
        "topic=nothing-of-it",
        "limit=0",
        "cursor=nonsense",
        "unknown=1",
        "format=",
        "format=%FF",
        "q=caf%C3%A9&facets=true",
        "q=caf%E9",
        "q=%22",
        "limit=2&limit=3",
    ],
)
def test_what_is_answered_before_flask_is_what_flask_answers(
    filled: Catalog, present: runtime.Runtime, query: str
) -> None:
    kept: ResponseCache = present.memory[ResponseCache]
    by_flask = filled.get(f"/sessions?{query}")
    filled.get("/sessions?limit=7")  # from which the headers are learned, at the latest
    kept.answers.clear()

    directly = filled.get(f"/sessions?{query}")

    passing = {"X-Request-Id", "X-Accel-Expires"}
    told = [{pair for pair in one.headers if pair[0] not in passing} for one in (by_flask, directly)]
    assert told[0] == told[1]
    assert directly.status_code == by_flask.status_code
    if by_flask.status_code == 200:
        assert directly.data == by_flask.data


def test_a_new_list_needs_no_flask_once_one_was_given(
    filled: Catalog, present: runtime.Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = filled.get("/sessions?limit=1")
    kept: ResponseCache = present.memory[ResponseCache]
    monkeypatch.setattr(kept, "inner", None)

    page = filled.get("/sessions?limit=1&format=webinar&facets=true", X_Request_Id="mine")
    rest = filled.get(f"/sessions?limit=1&cursor={(first.json or {})['next']}")

    assert page.status_code == rest.status_code == 200
    assert page.headers["X-Request-Id"] == "mine"
    assert filled.get("/sessions?limit=3", If_None_Match="x").status_code == 200
    etag = filled.get("/sessions?limit=4").headers["ETag"]
    kept.answers.clear()
    assert filled.get("/sessions?limit=4", If_None_Match=etag).status_code == 304


def test_what_fails_before_flask_is_said_as_every_failure_is(filled: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.get("/sessions")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("services.catalog.discovery.listing.find", fail)
    failed = filled.get("/sessions?limit=3")

    assert failed.status_code == 500
    assert failed.content_type == "application/problem+json"


def test_what_is_asked_for_only_by_those_who_have_it_is_kept_too(filled: Catalog, asked: list[str]) -> None:
    etag = filled.get("/sessions/cafe").headers["ETag"]
    runtime.current().memory[ResponseCache].clear()
    first = filled.get("/sessions/cafe", If_None_Match=etag)
    asked.clear()

    again = filled.get("/sessions/cafe", If_None_Match=etag)
    whole = filled.get("/sessions/cafe")

    assert asked == []
    assert first.status_code == again.status_code == 304
    assert whole.status_code == 200
    assert whole.json
    assert whole.headers["Content-Type"] == "application/json"
    assert whole.headers["Content-Length"] == str(len(whole.data))


def test_words_are_looked_for_once_until_something_is_written(filled: Catalog, asked: list[str]) -> None:
    def found(query: str) -> list[str]:
        return [session["slug"] for session in filled.show(f"/sessions?{query}")["items"]]

    first = found("q=café&limit=50")
    asked.clear()
    again = found("q=café&limit=50&sort=title")

    assert "cafe" in first
    assert sorted(again) == sorted(first)
    assert not [query for query in asked if "FROM texts" in query]
    filled.take_in(changed("cafe", title="Coffee", summary="", description=""))
    assert "cafe" not in found("q=café&limit=50&sort=title")
