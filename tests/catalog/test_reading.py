"""The JSON that other sites read."""

from typing import Any

import marshmallow as ma
import psycopg
import pytest

from services.catalog.announcements.schemas import AnnouncementSchema
from services.catalog.initiatives.schemas import InitiativeSchema
from services.catalog.organizations.schemas import OrganizationSchema
from services.catalog.series.schemas import SeriesSchema
from services.catalog.sessions.schemas import SessionSchema
from services.catalog.vocabularies.schemas import VocabularySchema
from tests.catalog.catalog import V1, Catalog
from tests.catalog.programs import JOIN_URL, changed, session_of, small

UNTIL_APRIL = {"policy": "open", "closes_at": "2017-04-01T00:00:00"}
SITE = "https://learning.example.org"


def test_a_session_reads_as_promised(filled: Catalog) -> None:
    session = filled.show("/sessions/cafe")

    assert (len(session.pop("id")), session.pop("updated_at")[:16]) == (36, "2016-12-15T17:00")
    assert session == {
        "slug": "cafe",
        "title": "Café",
        "summary": "Tables.",
        "description": "Many *small* tables.",
        "description_html": "<p>Many <em>small</em> tables.</p>",
        "initiative": {"slug": "models", "title": "Models"},
        "series": {"slug": "large", "title": "Large", "position": 1, "of": 2},
        "format": "webinar",
        "status": "scheduled",
        "when": {
            "edtf": "2017-04-06T13:00:00-05:00",
            "label": "Thursday, April 6, 2017, 1:00 PM CDT",
            "starts_at": "2017-04-06T13:00:00-05:00",
            "ends_at": "2017-04-06T14:30:00-05:00",
            "timezone": "America/Chicago",
        },
        "venue": None,
        "online": {"platform": "Zoom"},
        "organizations": [{"slug": "ncdd", "name": "NCDD", "role": "facilitator"}],
        "terms": {
            "library_type": ["public"],
            "topic": ["dialogue"],
            "job_function": [],
            "audience": [],
            "budget": [],
            "community_size": [],
        },
        "registration": {
            "policy": "open",
            "opens_at": "2016-12-15T10:00:00-06:00",
            "closes_at": None,
            "capacity": 120,
            "state": "open",
            "seats_left": 120,
            "url": f"{SITE}/registration/v1/registrations",
        },
        "recording": None,
        "contact_hours": 1.5,
        "price": {"free": True},
        "presenters": [],
        "learning_outcomes": [],
        "who_should_attend": "",
        "materials": [],
        "revision": 1,
        "links": {
            "self": f"{SITE}/catalog/v1/sessions/cafe",
            "page": f"{SITE}/catalog/sessions/cafe",
            "ics": "https://learning.example.org/catalog/sessions/cafe.ics",
            "register": f"{SITE}/registration/v1/registrations",
        },
    }


def test_the_parts_of_a_programme_read_as_promised(filled: Catalog) -> None:
    initiative = filled.show("/initiatives/models")
    series = filled.show("/series/large")
    announcement = filled.show("/announcements/free")

    assert initiative["partners"] == [{"slug": "ncdd", "name": "NCDD", "role": "partner"}]
    assert initiative["funding"] == {
        "funder": {"slug": "imls", "name": "IMLS"}, "program": None, "grant": "RE-1", "acknowledgement": None
    }  # fmt: skip
    assert initiative["follows"] == {"slug": "earlier", "title": None}
    assert initiative["when"] == {"edtf": "2016-12/2018-12", "label": "December 2016 to December 2018"}
    assert [one["slug"] for one in initiative["sessions"]] == ["overview", "cafe", "change", "workshop"]
    assert series["audience"] == {"library_types": ["public"], "community_sizes": [], "note": None}
    assert series["completion"] == {
        "sessions": ["cafe", "change"], "counts": ["live", "recorded"], "invites_to": "workshop"
    }  # fmt: skip
    assert (announcement["published_at"], announcement["body_html"]) == ("2016-12-15T10:00:00-06:00", "<p>Come.</p>")
    assert announcement["sessions"] == [{"slug": "cafe", "title": "Café"}]
    assert [crumb["title"] for crumb in announcement["breadcrumb"]] == ["Models", "Free"]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/sessions", SessionSchema),
        ("/initiatives", InitiativeSchema),
        ("/series", SeriesSchema),
        ("/announcements", AnnouncementSchema),
        ("/organizations", OrganizationSchema),
        ("/vocabularies", VocabularySchema),
    ],
)
def test_every_document_is_what_its_schema_says(filled: Catalog, path: str, schema: type[ma.Schema]) -> None:
    items = filled.show(path)["items"]

    assert items
    for item in items:
        assert schema().validate(item) == {}
        assert set(item) == set(schema().fields)


EVERYWHERE = ("/sessions", "/sessions/cafe", "/series", "/initiatives", "/announcements", "/recordings")


def test_the_address_of_a_webinar_is_nowhere_public(filled: Catalog) -> None:
    for path in (*EVERYWHERE, "/changes?limit=100"):
        text = filled.get(path).text
        assert JOIN_URL not in text
        assert "join_url" not in text
    assert filled.put("cafe", session_of(small(), "cafe"), "*").text.count("join_url") == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["overview", "cafe", "change", "workshop"]),
        ("sort=-starts", ["workshop", "change", "cafe", "overview"]),
        ("series=large", ["cafe", "change", "workshop"]),
        ("series=large&format=webinar", ["cafe", "change"]),
        ("format=webinar&format=workshop", ["overview", "cafe", "change", "workshop"]),
        ("initiative=models&status=planned", ["workshop"]),
        ("initiative=other", []),
        ("library_type=academic", ["overview"]),
        ("library_type=academic&library_type=public&topic=dialogue", ["cafe", "change"]),
        ("starts_after=2017-05-01T18:00:00Z", ["change", "workshop"]),
        ("starts_after=2017-05-02", ["workshop"]),
        ("starts_after=2017-06-15T00:00:00Z", ["workshop"]),
        ("starts_before=2017-05-01T18:00:00Z", ["overview", "cafe"]),
        ("starts_before=2017-06-15", ["overview", "cafe", "change", "workshop"]),
        ("registration=open", ["overview", "cafe", "change"]),
        ("registration=invitation", ["workshop"]),
        ("registration=closed", []),
        ("registration=closed&registration=invitation", ["workshop"]),
        ("recorded=false", ["overview", "cafe", "change", "workshop"]),
        ("recorded=true", []),
    ],
)
def test_filters_narrow_together_and_their_values_widen(filled: Catalog, query: str, expected: list[str]) -> None:
    assert filled.slugs(f"/sessions?{query}") == expected


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/sessions?color=red", "color"),
        ("/sessions?sort=color", "sort"),
        ("/sessions?format=seance", "format.0"),
        ("/sessions?limit=101", "limit"),
        ("/sessions?limit=0", "limit"),
        ("/sessions?cursor=xyz", "cursor"),
        ("/sessions?cursor=WyIyMDE3IiwgIngiXQ", "cursor"),
        ("/sessions?starts_after=soon", "starts_after"),
        ("/sessions?" + "&".join(f"topic=t{number}" for number in range(21)), "topic"),
        ("/sessions/cafe?x=1", "x"),
        ("/series?cursor=WzFd", "cursor"),
        ("/announcements?page=2", "page"),
        ("/changes?after=!", "after"),
        ("/vocabularies?limit=1", "limit"),
    ],
)
def test_a_parameter_that_is_unknown_or_wrong_is_named(filled: Catalog, path: str, parameter: str) -> None:
    response = filled.get(path)

    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert response.json
    assert set(response.json["errors"]) == {parameter}


@pytest.mark.parametrize(
    "path", ["/sessions?", "/sessions?sort=-starts&", "/series?", "/organizations?", "/announcements?"]
)
def test_pages_follow_one_another_without_gap_or_repetition(filled: Catalog, path: str) -> None:
    whole = filled.slugs(path)
    seen: list[str] = []
    response = filled.get(f"{path}limit=1")
    while True:
        seen += [item["slug"] for item in (response.json or {})["items"]]
        if "Link" not in response.headers:
            break
        url = response.headers["Link"].removeprefix("<").split(">")[0]
        assert "limit=1" in url
        response = filled.client.get(url)

    assert seen == whole
    assert response.json
    assert response.json["next"] is None


def test_a_page_is_stable_while_sessions_are_added_before_it(filled: Catalog) -> None:
    cursor = filled.show("/sessions?limit=2")["next"]
    earlier = {**session_of(small(), "overview"), "slug": "zero", "starts_at": "2017-01-09T13:00:00-06:00"}
    filled.take_in({"initiative": small()["initiative"], "sessions": [earlier]})

    assert filled.slugs(f"/sessions?limit=2&cursor={cursor}") == ["change", "workshop"]


def test_vocabularies_count_the_published_sessions_of_each_term(filled: Catalog) -> None:
    filled.take_in(changed("overview", terms={"library_type": ["academic"]}))

    shown = filled.show("/vocabularies/library_type")
    counts = {term["slug"]: term["count"] for term in shown["terms"]}

    assert counts == {"public": 3, "academic": 1}
    assert [one["name"] for one in filled.show("/vocabularies")["items"]] == [
        "audience", "budget", "community_size", "job_function", "library_type", "topic"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        *("/sessions/no", "/series/no", "/initiatives/no", "/announcements/no"),
        *("/organizations/no", "/vocabularies/no", "/nothing"),
    ],
)
def test_what_is_not_there_is_a_404_that_says_so(filled: Catalog, path: str) -> None:
    response = filled.get(path)

    assert (response.status_code, response.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/sessions?series=large", "/sessions/cafe", "/series", "/vocabularies", "/announcements/free", "/changes"]
)
def test_whoever_has_an_answer_is_told_so_until_it_changes(filled: Catalog, path: str) -> None:
    first = filled.get(path)
    same = filled.get(path, If_None_Match=first.headers["ETag"])
    filled.take_in(changed("cafe", title="Coffee", terms={}) | {"announcements": [
        {**small()["announcements"][0], "title": "Freely"}]})  # fmt: skip
    other = filled.get(path, If_None_Match=first.headers["ETag"])

    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["ETag"] == first.headers["ETag"]
    assert same.headers["Cache-Control"] == "public, max-age=1, stale-while-revalidate=5"
    assert not first.headers["ETag"].startswith("W/")
    assert other.status_code == 200


def test_an_answer_that_changes_by_time_alone_has_another_tag(filled: Catalog) -> None:
    before = filled.get("/sessions?series=large")
    filled.set_time("2017-04-06T13:00:01-05:00")
    after = filled.get("/sessions?series=large", If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert after.json
    assert after.json["items"][0]["registration"]["state"] == "closed"


@pytest.mark.parametrize(
    ("members", "moment", "state"),
    [
        ({}, "2016-12-15T09:59:00-06:00", "not_open"),
        ({}, "2016-12-15T10:00:00-06:00", "open"),
        ({}, "2017-04-06T13:00:00-05:00", "closed"),
        ({"registration": UNTIL_APRIL}, "2017-03-31T23:59:59-05:00", "open"),
        ({"registration": UNTIL_APRIL}, "2017-04-01T00:00:00-05:00", "closed"),
        ({"starts_at": None, "ends_at": None, "timezone": None, "edtf": "2017", "registration": {"policy": "open"}},
         "2016-12-15T10:00:00-06:00", "not_open"),
    ],
)  # fmt: skip
def test_whether_one_can_register_follows_the_clock(
    catalog: Catalog, members: dict[str, Any], moment: str, state: str
) -> None:
    catalog.take_in(changed("cafe", **members))
    catalog.set_time(moment)

    assert catalog.show("/sessions/cafe")["registration"]["state"] == state


def test_other_sites_may_read_from_their_pages(filled: Catalog) -> None:
    read = filled.get("/sessions/cafe", Origin="https://state-library.example.org")
    head = filled.client.head(f"{V1}/sessions/cafe")
    asked = filled.client.options(
        f"{V1}/sessions/cafe",
        headers={"Origin": "https://state-library.example.org", "Access-Control-Request-Method": "GET"},
    )
    wrong = filled.get("/sessions?color=red", Origin="https://state-library.example.org")

    assert read.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in read.headers
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", read.headers["ETag"])
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert wrong.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="java\nscript:alert(1)">x</a>',
        "![x](https://tracker.example.org/pixel.png)",
    ],
)
def test_nothing_active_survives_in_a_description(catalog: Catalog, hostile: str) -> None:
    catalog.take_in(changed("cafe", description=hostile))

    html = catalog.show("/sessions/cafe")["description_html"]

    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html


def test_a_list_asks_the_database_for_what_is_not_known_yet_however_long_it_is(
    filled: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = psycopg.Cursor.execute

    def count(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(str(query))
        return execute(self, query, *args, **kwargs)

    filled.show("/sessions?limit=1")
    monkeypatch.setattr(psycopg.Cursor, "execute", count)
    filled.show("/sessions?limit=100&facets=true")
    assert len([query for query in asked if "catalog_revision" not in query]) == 1  # the documents

    asked.clear()
    filled.show("/sessions?limit=99&topic=dialogue&facets=true")
    assert [query for query in asked if "catalog_revision" not in query] == []
