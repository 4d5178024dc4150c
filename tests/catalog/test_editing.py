"""One thing at a time: made as a draft, published now or later, replaced, renamed, withdrawn."""

import pytest

from services.catalog.publication.domain import publish_due
from tests.catalog.catalog import V1, Catalog, types
from tests.catalog.programs import session_of, small
from tests.catalog.staff_requests import PARTS, call, read_tag, withdraw

KINDS = {"organizations": "organization", "initiatives": "initiative", "series": "series"} | {
    "sessions": "session",
    "announcements": "announcement",
}


@pytest.mark.parametrize("collection", PARTS)
def test_what_is_made_is_a_draft_until_it_is_published(filled: Catalog, collection: str) -> None:
    part = PARTS[collection]
    path = f"/{collection}/{part['slug']}"

    events = filled.new_events(lambda: call(filled, "POST", f"/{collection}", part))
    made = call(filled, "GET", path)

    assert events == []
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    assert filled.get(path).status_code == 404

    [*events] = filled.new_events(lambda: call(filled, "POST", f"{path}/publish"))

    assert filled.get(path).status_code == 200
    assert part["slug"] in filled.slugs(f"/{collection}?limit=100")
    if collection != "organizations":
        assert f"{KINDS[collection]}.published" in types(events)


@pytest.mark.parametrize("collection", PARTS)
def test_what_is_made_says_where_it_is_and_names_the_fault_of_a_taken_slug(filled: Catalog, collection: str) -> None:
    part = PARTS[collection]

    made = call(filled, "POST", f"/{collection}", part)
    again = call(filled, "POST", f"/{collection}", part)

    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{V1}/{collection}/{part['slug']}"
    assert again.status_code == 409
    assert again.json
    assert again.json["type"] == "urn:convene:problem:slug-taken"
    assert again.json["state"] == "draft"


@pytest.mark.parametrize("collection", PARTS)
def test_a_withdrawn_thing_is_gone_leaves_a_tombstone_and_can_come_back(filled: Catalog, collection: str) -> None:
    part = PARTS[collection]
    path = f"/{collection}/{part['slug']}"
    call(filled, "POST", f"/{collection}", part)
    call(filled, "POST", f"{path}/publish")
    before = filled.show("/changes?limit=100")["last"]

    events = filled.new_events(lambda: withdraw(filled, path))

    gone = filled.get(path)
    assert gone.status_code == 410
    assert gone.json
    assert gone.json["title"] == "Gone"
    assert part["slug"] not in filled.slugs(f"/{collection}?limit=100")
    changes = filled.show(f"/changes?after={before}&limit=100")["items"]
    assert (KINDS[collection], part["slug"], "delete", None) in [
        (one["kind"], one["slug"], one["operation"], one["document"]) for one in changes
    ]
    if collection != "organizations":
        assert f"{KINDS[collection]}.withdrawn" in types(events)

    back = filled.new_events(lambda: call(filled, "POST", f"{path}/publish"))

    assert filled.get(path).status_code == 200
    if collection != "organizations":
        published = next(event for event in back if event["type"] == f"catalog.{KINDS[collection]}.published")
        assert published["sequence"] == "3"


@pytest.mark.parametrize("collection", PARTS)
def test_a_slug_that_changes_leads_to_the_present_one(filled: Catalog, collection: str) -> None:
    part = PARTS[collection]
    path = f"/{collection}/{part['slug']}"
    call(filled, "POST", f"/{collection}", part)
    call(filled, "POST", f"{path}/publish")
    before = filled.show("/changes?limit=100")["last"]

    renamed = call(filled, "PUT", path, part | {"slug": "renamed"}, If_Match=read_tag(filled, path))

    assert renamed.status_code == 200, renamed.text
    moved = filled.get(path)
    assert moved.status_code == 308
    assert moved.headers["Location"] == f"{V1}/{collection}/renamed"
    assert filled.show(f"/{collection}/renamed")["slug"] == "renamed"
    told = [(one["slug"], one["operation"]) for one in filled.show(f"/changes?after={before}&limit=100")["items"]]
    assert told.index((part["slug"], "delete")) + 1 == told.index(("renamed", "put"))
    taken = call(filled, "POST", f"/{collection}", part)
    assert taken.status_code == 409

    back = call(filled, "PUT", f"/{collection}/renamed", part, If_Match=read_tag(filled, f"/{collection}/renamed"))
    assert back.status_code == 200
    assert filled.get(path).status_code == 200
    assert filled.get(f"/{collection}/renamed").headers["Location"] == f"{V1}{path}"


def test_a_document_with_a_former_slug_is_told_the_present_one(filled: Catalog) -> None:
    part = session_of(small(), "overview")
    call(filled, "PUT", "/sessions/overview", part | {"slug": "start"}, If_Match="*")

    response = filled.send(small())

    assert response.status_code == 422
    assert response.json
    assert response.json["errors"] == {"sessions.3.slug": ["Is called start now."]}


def test_a_renamed_session_is_called_so_wherever_it_is_named(filled: Catalog) -> None:
    call(filled, "PUT", "/sessions/cafe", session_of(small(), "cafe") | {"slug": "world-cafe"}, If_Match="*")

    series = filled.show("/series/large")
    assert series["completion"]["sessions"] == ["world-cafe", "change"]
    assert "world-cafe" in [session["slug"] for session in series["sessions"]]
    assert [session["slug"] for session in filled.show("/announcements/free")["sessions"]] == ["world-cafe"]
    assert filled.get("/sessions/cafe?").headers["Location"] == f"{V1}/sessions/world-cafe"


def test_a_draft_becomes_public_at_its_time(filled: Catalog) -> None:
    call(filled, "POST", "/sessions", PARTS["sessions"])
    planned = call(
        filled,
        "POST",
        "/sessions/new/publish",
        {"publish_at": "2017-01-02T09:00:00", "timezone": "America/Chicago"},
    )

    assert planned.status_code == 200, planned.text
    assert publish_due(filled.conn) == 0
    assert filled.get("/sessions/new").status_code == 404
    [entry] = (call(filled, "GET", "/entries?state=scheduled").json or {})["items"]
    assert (entry["kind"], entry["slug"], entry["publish_at"]) == ("session", "new", "2017-01-02T15:00:00+00:00")

    filled.set_time("2017-01-02T15:00:01Z")
    [*events] = filled.new_events(lambda: publish_due(filled.conn))

    assert "session.published" in types(events)
    assert filled.get("/sessions/new").status_code == 200
    assert publish_due(filled.conn) == 0


def test_a_time_that_was_set_can_be_forgotten(filled: Catalog) -> None:
    call(filled, "POST", "/sessions", PARTS["sessions"])
    call(filled, "POST", "/sessions/new/publish", {"publish_at": "2017-01-02T15:00:00Z"})

    assert call(filled, "DELETE", "/sessions/new/publish").status_code == 204

    filled.set_time("2017-01-03T00:00:00Z")
    assert publish_due(filled.conn) == 0
    assert filled.get("/sessions/new").status_code == 404


def test_a_withdrawal_needs_the_tag(filled: Catalog) -> None:
    assert call(filled, "DELETE", "/sessions/overview").status_code == 428
    assert call(filled, "DELETE", "/sessions/overview", If_Match='"7-old"').status_code == 412
    assert filled.get("/sessions/overview").status_code == 200


def test_a_session_that_was_to_come_is_cancelled_in_its_last_event_and_comes_back_scheduled(filled: Catalog) -> None:
    [*events] = filled.new_events(lambda: withdraw(filled, "/sessions/cafe"))

    [gone] = [event for event in events if event["type"] == "catalog.session.withdrawn"]
    assert gone["data"]["session"]["status"] == "cancelled"
    assert filled.show("/series/large")["completion"]["sessions"] == ["change"]

    events = filled.new_events(lambda: call(filled, "POST", "/sessions/cafe/publish"))
    [back] = [event for event in events if event["type"] == "catalog.session.published"]
    assert back["data"]["session"]["status"] == "scheduled"
    assert int(back["sequence"]) == int(gone["sequence"]) + 1


def test_what_was_withdrawn_stays_so_when_its_document_is_imported_again(filled: Catalog) -> None:
    withdraw(filled, "/sessions/overview")

    filled.take_in(small())

    assert filled.get("/sessions/overview").status_code == 410


def test_an_initiative_goes_with_its_parts_when_that_is_said(filled: Catalog) -> None:
    refused = withdraw(filled, "/initiatives/models")

    assert refused.status_code == 409
    assert withdraw(filled, "/initiatives/models", "?with_parts=true").status_code == 204
    assert filled.get("/initiatives/models").status_code == 410
    assert filled.get("/sessions/cafe").status_code == 410
    assert filled.slugs("/sessions") == filled.slugs("/series") == filled.slugs("/announcements") == []


def test_nothing_becomes_public_before_its_initiative(catalog: Catalog) -> None:
    catalog.take_in({**small(), "publish": False})

    response = call(catalog, "POST", "/sessions/cafe/publish")

    assert response.status_code == 409
    assert response.json
    assert response.json["type"] == "urn:convene:problem:initiative-not-published"


def test_an_organization_that_is_named_cannot_go(filled: Catalog) -> None:
    assert withdraw(filled, "/organizations/ncdd").status_code == 409
    assert filled.get("/organizations/ncdd").status_code == 200


def test_an_organization_that_is_renamed_is_called_so_by_all(filled: Catalog) -> None:
    part = {"slug": "ncdd", "name": "National Coalition"}

    response = call(filled, "PUT", "/organizations/ncdd", part, If_Match=read_tag(filled, "/organizations/ncdd"))

    assert response.status_code == 200, response.text
    assert filled.show("/sessions/cafe")["organizations"][0]["name"] == "National Coalition"
    assert filled.show("/initiatives/models")["partners"][0]["name"] == "National Coalition"


def test_a_vocabulary_grows_and_loses_what_nothing_uses(filled: Catalog) -> None:
    added = call(filled, "POST", "/vocabularies/budget/terms", {"slug": "small", "label": "Small"})
    call(filled, "PUT", "/vocabularies/budget/terms/small", {"label": "Up to $200,000"})

    assert added.status_code == 201
    assert filled.show("/vocabularies/budget")["terms"] == [{"slug": "small", "label": "Up to $200,000", "count": 0}]
    assert call(filled, "DELETE", "/vocabularies/topic/terms/dialogue").status_code == 409
    assert call(filled, "DELETE", "/vocabularies/budget/terms/small").status_code == 200
    assert filled.show("/vocabularies/budget")["terms"] == []
    assert call(filled, "DELETE", "/vocabularies/budget/terms/small").status_code == 404
    assert call(filled, "POST", "/vocabularies/shoes/terms", {"slug": "x", "label": "X"}).status_code == 404


def test_registration_is_closed_and_opened_by_staff(filled: Catalog) -> None:
    [closed] = filled.new_events(lambda: filled.act("cafe/close-registration"))
    assert types([closed]) == ["session.registration-closed"]
    assert filled.show("/sessions/cafe")["registration"]["state"] == "closed"

    [opened] = filled.new_events(lambda: filled.act("cafe/open-registration"))
    assert types([opened]) == ["session.registration-opened"]
    assert filled.show("/sessions/cafe")["registration"]["state"] == "open"


def test_a_planned_session_is_scheduled_once(filled: Catalog) -> None:
    when = {"starts_at": "2017-06-20T09:00:00", "ends_at": "2017-06-20T17:00:00", "timezone": "America/Chicago"}

    [event] = filled.new_events(lambda: filled.act("workshop/schedule", when))

    assert types([event]) == ["session.scheduled"]
    assert filled.act("workshop/schedule", when).status_code == 409
    assert filled.act("overview/schedule", {"edtf": "2017"}).status_code == 422


def test_every_write_is_in_the_audit_log(filled: Catalog) -> None:
    call(filled, "POST", "/sessions", PARTS["sessions"])
    call(filled, "POST", "/sessions/new/publish")
    withdraw(filled, "/sessions/new")

    log = call(filled, "GET", "/audit?subject=new")

    assert log.status_code == 200, log.text
    assert log.json
    assert [(one["action"], one["subject"]) for one in log.json["items"]] == [
        ("session.withdraw", "new"),
        ("session.publish", "new"),
        ("session.create", "new"),
    ]
    assert log.json["items"][2]["changes"]["title"] == [None, "New"]
    assert filled.get("/audit").status_code == 401
