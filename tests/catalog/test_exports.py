"""The export of a programme makes the same programme again."""

from typing import Any

import psycopg
import pytest
import yaml

from shared import runtime
from tests.catalog.catalog import V1, Catalog, forget, types
from tests.catalog.programs import changed, later, sample, session_of
from tests.catalog.staff_requests import call, withdraw
from tests.web_client import WebResponse

COLLECTIONS = ("organizations", "initiatives", "series", "sessions", "announcements")
# Members that differ between two catalogs with the same content.
OWN = {"id", "revision", "updated_at"}
VIDEO = {
    "url": "https://video.example.org/overview",
    "duration": "PT58M",
    "captions_url": "https://video.example.org/overview.vtt",
    "published_at": "2017-02-10T09:00:00",
}
WHOLE = {
    "presenters": [{"name": "Ada", "title": "Facilitator", "organization": "ncdd", "bio": "Many\ntables."}],
    "learning_outcomes": ["Choose a model", "Start to talk"],
    "who_should_attend": "Staff of public libraries",
    "materials": [{"title": "Slides", "url": "https://files.example.org/slides.pdf", "type": "slides"}],
}


def export(catalog: Catalog, slug: str = "models", accept: str = "application/yaml") -> WebResponse:
    return call(catalog, "GET", f"/initiatives/{slug}/export", Accept=accept)


def read_all(catalog: Catalog) -> dict[str, Any]:
    """Everything that the public reads, but for what each catalog has of its own."""
    return {path: [_strip(item) for item in catalog.show(f"/{path}?limit=100")["items"]] for path in COLLECTIONS}


def _strip(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in OWN}


def empty(catalog: Catalog) -> None:
    """A catalog as it is before its first import."""
    catalog.conn.execute("TRUNCATE initiatives, organizations, changes, terms, texts CASCADE")
    catalog.conn.execute("DELETE FROM entries WHERE kind <> 'vocabulary'")
    catalog.conn.execute("UPDATE entries SET published_at = NULL, announced = false, revision = 0, document = '{}'")
    catalog.conn.execute("TRUNCATE outbox")
    forget(runtime.current())


@pytest.fixture
def conn(owned: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Replaces the connection of other tests: the owner may empty the catalog."""
    return owned


@pytest.fixture
def rich(catalog: Catalog) -> Catalog:
    """A programme with something of everything, some of it drafts."""
    catalog.set_time("2017-03-01T00:00:00Z")
    document = changed("cafe", **WHOLE)
    session_of(document, "overview")["recording"] = VIDEO
    session_of(document, "change")["cancelled"] = True
    document["sessions"].append({**session_of(document, "workshop"), "slug": "draft", "publish": False})
    del document["sessions"][-1]["series"]
    soon = {**session_of(document, "overview"), "slug": "soon", "publish_at": "2017-04-01T09:00:00Z"}
    document["sessions"].append({name: value for name, value in soon.items() if name != "recording"})
    catalog.take_in(document)
    return catalog


def test_an_export_makes_the_same_catalog_elsewhere(rich: Catalog) -> None:
    before, document = read_all(rich), yaml.safe_load(export(rich).data)

    empty(rich)
    rich.take_in(document)

    assert read_all(rich) == before
    assert rich.show("/sessions/cafe")["presenters"][0]["organization"] == {"slug": "ncdd", "name": "NCDD"}
    assert rich.show("/sessions/overview")["recording"]["captions_url"] == VIDEO["captions_url"]
    assert rich.get("/sessions/draft").status_code == 404
    states = {one["slug"]: one["state"] for one in (call(rich, "GET", "/entries?kind=session").json or {})["items"]}
    assert (states["draft"], states["soon"], states["cafe"]) == ("draft", "scheduled", "published")


def test_an_export_changes_nothing_where_it_came_from(rich: Catalog) -> None:
    first = export(rich).data

    report = rich.take_in(yaml.safe_load(first))

    assert (report["created"], report["changed"]) == ([], [])
    assert export(rich).data == first


def test_the_real_programme_goes_there_and_back(catalog: Catalog) -> None:
    catalog.take_in(yaml.safe_load(sample()))
    for document in later():
        catalog.take_in(document)
    before = read_all(catalog)
    exported = export(catalog, "ltc-models-for-change", "application/json").json

    empty(catalog)
    catalog.take_in(exported)

    assert read_all(catalog) == before


def test_what_was_withdrawn_is_not_exported(rich: Catalog) -> None:
    withdraw(rich, "/sessions/cafe")

    document = yaml.safe_load(export(rich).data)

    assert "cafe" not in [part["slug"] for part in document["sessions"]]
    assert document["series"][0]["completion"]["sessions"] == ["change"]


def test_an_export_is_for_staff_and_in_the_form_that_is_asked_for(rich: Catalog) -> None:
    assert rich.get("/initiatives/models/export").status_code == 401
    assert export(rich, accept="*/*").content_type == "application/yaml"
    assert export(rich, accept="application/json").json
    assert export(rich, accept="text/html").status_code == 406
    assert b"bio: |-" in export(rich).data
    assert rich.client.get(f"{V1}/initiatives/models/export").headers["Cache-Control"] == "no-store"


def test_a_dry_run_shows_the_difference(rich: Catalog) -> None:
    response = rich.send(changed("cafe", title="Coffee", **WHOLE), "?dry_run=true")

    assert response.json
    [change] = [one for one in response.json["changed"] if one["slug"] == "cafe"]
    assert change["changes"] == {"title": ["Café", "Coffee"]}
    assert rich.show("/sessions/cafe")["title"] == "Café"


def test_a_recording_is_imported_told_once_and_refused_before_its_session_ended(catalog: Catalog) -> None:
    catalog.set_time("2017-03-01T00:00:00Z")
    document = changed("overview", recording=VIDEO)

    events = catalog.new_events(lambda: catalog.take_in(document))
    again = catalog.new_events(lambda: catalog.take_in(document))

    assert types(events).count("recording.published") == 1
    assert again == []
    assert catalog.show("/recordings")["items"][0]["recording"]["published_at"].startswith("2017-02-10T15:00:00")
    refused = catalog.send(changed("cafe", recording=VIDEO))
    assert refused.status_code == 422
    assert refused.json
    assert refused.json["errors"] == {"sessions.2.recording": ["The session has not ended yet."]}


def test_a_withdrawn_recording_is_told_and_goes_on_with_its_revision(catalog: Catalog) -> None:
    catalog.set_time("2017-03-01T00:00:00Z")
    catalog.take_in(changed("overview", recording=VIDEO))

    events = catalog.new_events(lambda: call(catalog, "DELETE", "/sessions/overview/recording"))

    assert "recording.withdrawn" in types(events)
    assert catalog.show("/sessions/overview")["recording"] is None
    assert catalog.show("/recordings")["items"] == []
    assert call(catalog, "DELETE", "/sessions/overview/recording").status_code == 404
    back = catalog.new_events(lambda: catalog.take_in(changed("overview", recording=VIDEO)))
    [published] = [event for event in back if event["type"] == "catalog.recording.published"]
    assert published["sequence"] == "3"
