"""Finding by words, and lists by every filter."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed, session_of, small
from tests.catalog.staff_requests import take_seats, withdraw

VIDEO = {"url": "https://video.example.org/overview", "duration": "PT58M"}


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    document = changed("overview", summary="How communities talk to libraries.", description="A first **dialogue**.")
    session_of(document, "change")["title"] = "From Dialogue to Change"
    document["vocabularies"]["budget"] = [{"slug": "small", "label": "Small"}]
    session_of(document, "change")["terms"]["budget"] = ["small"]
    catalog.take_in(document)
    return catalog


def found(catalog: Catalog, q: str, **params: str) -> list[str]:
    more = "".join(f"&{name}={value}" for name, value in params.items())
    return [hit["slug"] for hit in catalog.show(f"/search?q={quote(q)}{more}")["items"]]


def test_a_hit_has_the_links_that_its_document_describes(filled: Catalog) -> None:
    schemas = filled.show("/openapi.json")["components"]["schemas"]
    described = schemas[schemas["Hit"]["properties"]["links"]["$ref"].split("/")[-1]]

    [hit, *_] = filled.show("/search?q=dialogue&kind=session")["items"]

    assert hit["links"].keys() == described["properties"].keys()


@pytest.mark.parametrize(
    ("q", "slugs"),
    [
        ("community", ["overview"]),  # stemmed: communities
        ("cafe", ["cafe"]),  # without the accent
        ("CAFÉ", ["cafe"]),
        ("commun", ["overview"]),  # not finished yet
        ("dialoge", ["change", "overview"]),
        ("diallogue", ["change", "overview"]),  # mistyped
        ('"many small tables"', ["cafe"]),
        ('"small many tables"', []),
        ("nothing-like-it-anywhere", []),
        ("<script>", []),
        ("change & ! ( ) : * '", ["change"]),
    ],
)
def test_words_are_found_as_people_type_them(filled: Catalog, q: str, slugs: list[str]) -> None:
    assert [slug for slug in found(filled, q, kind="session") if slug in ("cafe", "change", "overview")][
        : len(slugs) or None
    ] == slugs


def test_what_has_the_word_in_its_title_comes_first_and_a_word_can_be_excluded(filled: Catalog) -> None:
    assert found(filled, "dialogue", kind="session")[0] == "change"
    assert "change" not in found(filled, "dialogue -change", kind="session")
    assert "overview" in found(filled, "dialogue -change", kind="session")


def test_a_slip_is_told(filled: Catalog) -> None:
    assert filled.show("/search?q=diallogue")["corrected"] == "dialogue"
    assert filled.show("/search?q=dialogue")["corrected"] is None


def test_a_hit_shows_where_its_words_stand_and_nothing_active(filled: Catalog) -> None:
    filled.take_in(changed("cafe", summary="Tables <img src=x onerror=alert(1)> & chairs"))

    [hit] = filled.show("/search?q=chairs")["items"]

    assert "<mark>chairs</mark>" in hit["snippet_html"]
    assert "<img" not in hit["snippet_html"]
    assert hit["links"]["self"].endswith("/catalog/v1/sessions/cafe")


def test_what_was_found_is_counted_by_kind_and_term(filled: Catalog) -> None:
    filled.set_time("2017-03-01T00:00:00Z")
    filled.act("overview/recording", VIDEO)

    answer = filled.show("/search?q=dialogue")

    kinds = {one["slug"]: one["count"] for one in answer["facets"]["kind"]}
    assert kinds["session"] == 3
    assert kinds["recording"] == 1
    assert {one["slug"]: one["count"] for one in answer["facets"]["library_type"]} == {"public": 3, "academic": 1}
    assert found(filled, "dialogue", kind="recording") == ["overview"]


def test_hits_come_in_pages_without_repeating_any(filled: Catalog) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = filled.show(f"/search?q=dialogue&limit=1{cursor}")
        seen += [hit["id"] for hit in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert len(seen) == len(set(seen)) == page["total"]


def test_what_is_withdrawn_or_changed_is_found_no_more(filled: Catalog) -> None:
    withdraw(filled, "/sessions/change")
    filled.take_in(changed("overview", description="Nothing", series=None))

    assert found(filled, "dialogue", kind="session") == ["cafe"]  # its term


@pytest.mark.parametrize("q", ["", "-only", "x" * 201, " ".join("abcdefghijklmnopq"), "%00"])
def test_what_cannot_be_looked_for_is_refused(filled: Catalog, q: str) -> None:
    for path in ("/search", "/sessions"):
        response = filled.get(f"{path}?q={q if q.startswith('%') else quote(q)}")
        assert response.status_code == 422, response.text
        assert response.json
        assert "q" in response.json["errors"]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=dialogue&sort=title", ["cafe", "change", "overview"]),
        ("budget=small", ["change"]),
        ("organization=ncdd", ["cafe"]),
        ("sort=title", ["cafe", "change", "overview", "workshop"]),
        ("library_type=academic&library_type=public&format=webinar&sort=starts", ["overview", "cafe", "change"]),
        ("registration=open", ["overview", "cafe", "change"]),
        ("registration=invitation", ["workshop"]),
        ("starts_after=2017-05-02", ["workshop"]),
        ("starts_before=2017-04-06T18:00:00Z", ["overview"]),
        ("starts_after=2017-04-06T18:00:00Z&starts_before=2017-05-30", ["cafe", "change"]),
        ("sort=-starts&limit=2", ["workshop", "change"]),
    ],
)
def test_a_list_takes_every_filter_and_order(filled: Catalog, query: str, slugs: list[str]) -> None:
    assert filled.slugs(f"/sessions?{query}") == slugs


@pytest.mark.parametrize("sort", ["starts", "-starts", "title", "-published"])
def test_pages_of_every_order_make_up_the_whole(filled: Catalog, sort: str) -> None:
    whole = filled.slugs(f"/sessions?sort={sort}")
    seen, cursor = [], ""
    while True:
        page = filled.show(f"/sessions?sort={sort}&limit=1{cursor}")
        seen += [item["slug"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == whole
    other = "starts" if sort == "title" else "title"
    assert filled.get(f"/sessions?sort={other}{cursor}").status_code == 422


def test_facets_are_counted_under_the_filters_of_the_others(filled: Catalog) -> None:
    facets = filled.show("/sessions?facets=true&library_type=academic")["facets"]

    assert facets["library_type"] == [
        {"slug": "public", "label": "Public", "count": 4},
        {"slug": "academic", "label": "Academic", "count": 1},
    ]
    assert facets["topic"] == []
    assert "facets" not in filled.show("/sessions")


def test_members_can_be_picked_and_others_embedded(filled: Catalog) -> None:
    [item] = filled.show("/sessions?fields=slug,series&include=series&topic=dialogue&limit=1")["items"]
    session = filled.show("/sessions/cafe?include=organizations&fields=organizations")

    assert item.keys() == {"slug", "series"}
    assert item["series"]["completion"]["sessions"] == ["cafe", "change"]
    assert item["series"]["position"] == 1
    assert session["organizations"][0]["links"]["self"].endswith("/organizations/ncdd")
    response = filled.get("/sessions?fields=slug,color")
    assert response.status_code == 422
    assert "color" in str(response.json)


def test_what_registration_says_shows_at_once_everywhere(filled: Catalog) -> None:
    take_seats(filled, "cafe", 120, waitlisted=2)

    one: dict[str, Any] = filled.show("/sessions/cafe")["registration"]
    listed = next(item for item in filled.show("/sessions")["items"] if item["slug"] == "cafe")["registration"]
    assert (one["state"], one["seats_left"]) == (listed["state"], listed["seats_left"]) == ("full", 0)
    assert "cafe" in filled.slugs("/sessions?registration=open")

    filled.set_time("2017-04-06T18:00:01Z")
    assert filled.show("/sessions/cafe")["registration"]["state"] == "closed"
    assert "cafe" in filled.slugs("/sessions?registration=closed")


def test_the_index_and_the_rule_of_one_session_agree_at_any_time(filled: Catalog) -> None:
    filled.take_in(small())
    for moment in ("2016-12-01", "2016-12-16", "2017-02-10", "2017-04-07", "2017-06-15", "2018-01-01", "2016-12-16"):
        filled.set_time(f"{moment}T00:00:00Z")
        states = {item["slug"]: item["registration"] for item in filled.show("/sessions")["items"]}
        is_open = {slug for slug, one in states.items() if one["policy"] == "open" and one["state"] in ("open", "full")}
        closed = {slug for slug, one in states.items() if one["state"] == "closed"}
        assert set(filled.slugs("/sessions?registration=open")) == is_open
        assert set(filled.slugs("/sessions?registration=closed")) == closed
