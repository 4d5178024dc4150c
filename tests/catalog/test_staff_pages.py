"""The pages on which staff look after the programme: who may come in, what they show, that nothing typed is lost."""

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from services.catalog.entry_forms.form_layout import LAYOUTS, fields_of
from services.catalog.entry_forms.part_forms import CREATIONS
from tests.catalog.catalog import Catalog
from tests.catalog.programs import sample, small
from tests.catalog.staff_requests import PARTS
from tests.web_client import WebResponse

HOSTILE = "<script>alert(1)</script>\"'>"
PAGES = [
    "",
    "organizations",
    "vocabularies",
    "comments",
    "imports",
    "new/sessions",
    "initiatives/models",
    "series/large/edit",
    "sessions/cafe",
    "sessions/cafe/edit",
    "sessions/cafe/preview",
    "sessions/cafe/withdraw",
    "sessions/cafe/cancel",
    "sessions/cafe/time",
    "sessions/cafe/recording",
    "announcements/free/edit",
    "organizations/ncdd/edit",
    "initiatives/models/export.yaml",
]
FORMS = [
    "new/sessions",
    "sessions/cafe/edit",
    "sessions/cafe/publish",
    "sessions/cafe/keep-draft",
    "sessions/cafe/withdraw",
    "sessions/cafe/cancel",
    "sessions/cafe/time",
    "sessions/cafe/recording",
    "sessions/cafe/open-registration",
    "imports",
    "vocabularies/topic/terms",
]


class Typed(HTMLParser):
    """The fields that a browser would send from the form in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.select = self.area = ""
        self.text: list[str] = []
        self.within = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.within += tag == "template"
        if self.within or (tag == "form" and given.get("class") == "who"):
            return
        if tag == "input" and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.fields.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given and self.select:
            self.fields.append((self.select, given["value"]))
        elif tag == "textarea":
            self.area, self.text = given["name"], []

    def handle_endtag(self, tag: str) -> None:
        self.within -= tag == "template"
        if tag == "textarea" and not self.within:
            self.fields.append((self.area, "".join(self.text).removeprefix("\n").replace("\n", "\r\n")))
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text.append(data)


class Desk:
    """The catalog as a member of staff sees it in a browser."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        catalog.client.set_cookie("convene_staff", catalog.staff["Authorization"].removeprefix("Bearer "))

    def see(self, path: str) -> str:
        response = self.catalog.client.get(f"/catalog/staff/{path}", headers={"Accept": "text/html"})
        assert response.status_code == 200, response.text
        return response.text

    def send(self, path: str, values: Any = (), **headers: str) -> WebResponse:
        data: dict[str, list[str]] = {}
        for name, value in values.items() if isinstance(values, dict) else values:
            data.setdefault(name, []).append(value)
        sent = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.catalog.client.post(f"/catalog/staff/{path}", data=data, headers=sent)

    def form(self, path: str, **changes: str) -> list[tuple[str, str]]:
        """Return the fields of the form at a path, with some of them changed."""
        fields = Typed(self.see(path)).fields
        return [pair for pair in fields if pair[0] not in changes] + list(changes.items())

    def public(self, path: str) -> int:
        return self.catalog.client.get(f"/catalog/{path}").status_code

    def actions(self) -> list[str]:
        return [row["action"] for row in self.catalog.rows("SELECT action FROM audit_log ORDER BY id")]


@pytest.fixture
def desk(catalog: Catalog) -> Desk:
    catalog.take_in(small())
    return Desk(catalog)


def test_who_is_not_signed_in_is_led_to_sign_in(catalog: Catalog) -> None:
    for path in PAGES:
        response = catalog.client.get(f"/catalog/staff/{path}", headers={"Accept": "text/html"})
        assert response.status_code == 303, path
        assert response.headers["Location"].startswith("/catalog/staff/sign-in?next=%2Fcatalog%2Fstaff%2F"), path
    for path in FORMS:
        response = catalog.client.post(f"/catalog/staff/{path}", headers={"Sec-Fetch-Site": "same-origin"})
        assert response.status_code == 401, path


def test_who_lacks_the_scope_sees_nothing(catalog: Catalog, staff_token: Callable[[str], str]) -> None:
    catalog.take_in(small())
    catalog.client.set_cookie("convene_staff", staff_token("notifications:write"))

    assert {catalog.client.get(f"/catalog/staff/{path}").status_code for path in PAGES} == {403}
    sent = [catalog.client.post(f"/catalog/staff/{p}", headers={"Sec-Fetch-Site": "same-origin"}) for p in FORMS]
    assert {response.status_code for response in sent} == {403}


def test_forms_of_other_sites_are_refused(desk: Desk) -> None:
    for path in FORMS:
        response = desk.send(path, {"version": "1"}, Sec_Fetch_Site="cross-site")
        assert response.status_code == 403, path
    assert desk.actions() == ["import"]


def test_every_page_is_there_and_kept_by_nobody(desk: Desk) -> None:
    for path in PAGES:
        response = desk.catalog.client.get(f"/catalog/staff/{path}")
        assert response.status_code == 200, path
        assert response.headers["Cache-Control"] == "no-store", path
        if "export" not in path:
            assert 'content="noindex"' in response.text


def test_what_people_wrote_is_escaped(desk: Desk) -> None:
    name = {"title": HOSTILE, "summary": HOSTILE, "slug": "cafe"}
    assert desk.send("sessions/cafe/edit", desk.form("sessions/cafe/edit", **name)).status_code == 303

    for path in ("", "sessions/cafe", "sessions/cafe/edit", "sessions/cafe/withdraw", "series/large/edit"):
        assert HOSTILE not in desk.see(path)
        assert "&lt;script&gt;" in desk.see(path)
    preview = desk.see("sessions/cafe/preview")
    assert "<script>alert" not in preview
    assert "&amp;lt;script&amp;gt;" in preview
    refused = desk.send("imports", {"document": f"'{HOSTILE}"})
    assert HOSTILE not in refused.text
    assert HOSTILE not in desk.send("new/sessions", {"title": HOSTILE, "slug": HOSTILE}).text


def test_the_overview_names_everything_and_what_is_worth_a_look(desk: Desk) -> None:
    desk.catalog.client.post("/catalog/v1/sessions/cafe/comments", json={"author": "Ada", "body": "Good."}, headers={})
    page = desk.see("")

    for name in ("Models", "Large", "Workshop", "Café", "Free"):
        assert name in page
    assert "No date yet" in page
    assert "1 comment waiting" in page
    assert "Overview" not in re.sub(r"<nav.*?</nav>", "", desk.see("?q=caf"), flags=re.DOTALL)
    assert "Free" not in desk.see("?attention=true")
    assert "No entries match these filters." in desk.see("?state=withdrawn")


@pytest.mark.parametrize("kind", LAYOUTS)
def test_a_form_has_every_member_that_its_schema_takes(kind: str) -> None:
    named = {field.name.split(".")[0] for field in fields_of(kind)}

    assert {name for name in CREATIONS[kind]().fields if name != "initiative"} == named


def test_a_form_that_is_sent_as_it_stands_changes_nothing(catalog: Catalog) -> None:
    desk = Desk(catalog)
    assert desk.send("imports", {"document": sample(), "step": "apply"}).status_code == 303
    revision = catalog.value("SELECT revision FROM catalog_revision")

    for row in catalog.rows("SELECT kind, slug FROM entries WHERE kind <> 'vocabulary'"):
        collection = row["kind"] if row["kind"] == "series" else f"{row['kind']}s"
        path = f"{collection}/{row['slug']}/edit"
        response = desk.send(path, desk.form(path))
        assert response.status_code == 303, response.text
        assert response.headers["Location"].endswith("?done=same"), path

    assert catalog.value("SELECT revision FROM catalog_revision") == revision
    assert desk.actions() == ["import"]


@pytest.mark.parametrize("collection", PARTS)
def test_a_thing_is_drafted_previewed_published_and_withdrawn(desk: Desk, collection: str) -> None:
    part = PARTS[collection]
    path = f"{collection}/{part['slug']}"

    previewed = desk.send(f"new/{collection}", [*part.items(), ("registration.policy", "open"), ("step", "preview")])
    assert previewed.status_code == 200, previewed.text
    assert "Not saved yet" in previewed.text
    assert desk.public(path) == 404
    made = desk.send(f"new/{collection}", [*part.items(), ("registration.policy", "open")])
    assert made.headers["Location"] == f"/catalog/staff/{path}?done=created", made.text
    assert desk.public(path) == 404
    assert "Nobody but staff sees it" in desk.see(f"{path}?done=created")
    assert "srcdoc" in desk.see(f"{path}/preview")
    assert desk.public(path) == 404

    assert desk.send(f"{path}/publish", {"step": "now"}).status_code == 303
    assert desk.public(path) == 200
    version = dict(desk.form(f"{path}/withdraw"))["version"]
    assert desk.send(f"{path}/withdraw", {"version": "0"}).status_code == 409
    for _ in range(2):
        assert desk.send(f"{path}/withdraw", {"version": version}).status_code == 303
    assert desk.public(path) == 410
    kind = collection if collection == "series" else collection[:-1]
    assert desk.actions()[1:] == [f"{kind}.create", f"{kind}.publish", f"{kind}.withdraw"]


def test_a_form_sent_twice_makes_one_thing(desk: Desk) -> None:
    part = [*PARTS["sessions"].items(), ("registration.policy", "open")]

    first, second = desk.send("new/sessions", part), desk.send("new/sessions", part)

    assert first.headers["Location"] == second.headers["Location"]
    assert desk.actions() == ["import", "session.create"]


def test_an_address_is_made_from_the_title(desk: Desk) -> None:
    part = {"title": "Café: Más & more", "format": "webinar", "edtf": "2018", "initiative": "models"}

    made = desk.send("new/sessions", part | {"registration.policy": "open", "slug": ""})

    assert made.headers["Location"] == "/catalog/staff/sessions/cafe-mas-more?done=created", made.text


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(desk: Desk) -> None:
    values = desk.form(
        "sessions/cafe/edit",
        ends_at="2017-04-06T12:00",
        summary="Typed with care",
        **{
            "organizations.3.organization": "ncdd",
            "organizations.3.role": "",
            "registration.capacity": "many",
            "presenters.0.name": "",
            "presenters.0.title": "Dr.",
            "learning_outcomes": "To listen",
            "materials.0.title": "Slides",
            "materials.0.url": "nowhere",
        },
    )
    response = desk.send("sessions/cafe/edit", values)

    assert response.status_code == 422
    for link in ("ends_at", "organizations.1.role", "registration.capacity", "presenters.0.name", "materials.0.url"):
        assert f'<a href="#{link}">' in response.text, link
        assert f'id="{link}"' in response.text, link
        assert f'id="{link}-wrong"' in response.text, link
    kept = Typed(response.text).fields
    assert ("summary", "Typed with care") in kept
    assert ("registration.capacity", "many") in kept
    assert ("presenters.0.title", "Dr.") in kept
    assert ("learning_outcomes", "To listen") in kept
    assert ("terms.topic[]", "dialogue") in kept
    again = [pair for pair in kept if not pair[0].startswith(("presenters", "materials", "organizations.1"))]
    mended = dict(again) | {"ends_at": "2017-04-06T15:00", "registration.capacity": "99"}
    assert desk.send("sessions/cafe/edit", mended).status_code == 303
    session = desk.catalog.show("/sessions/cafe")
    assert (session["summary"], session["registration"]["capacity"]) == ("Typed with care", 99)


def test_a_reference_to_nothing_is_refused_at_its_field(desk: Desk) -> None:
    values = desk.form("sessions/cafe/edit", series="nowhere")

    response = desk.send("sessions/cafe/edit", values)

    assert response.status_code == 422
    assert '<a href="#series">Series: There is no series nowhere.' in response.text


def test_who_saves_over_a_change_is_told_and_keeps_what_was_typed(desk: Desk) -> None:
    values = desk.form("sessions/cafe/edit", summary="Mine")
    assert desk.send("sessions/cafe/edit", desk.form("sessions/cafe/edit", title="Theirs")).status_code == 303

    stale = desk.send("sessions/cafe/edit", values)

    assert stale.status_code == 412
    assert ("summary", "Mine") in Typed(stale.text).fields
    assert "<del>Theirs</del>" in stale.text
    assert desk.catalog.show("/sessions/cafe")["title"] == "Theirs"
    assert desk.send("sessions/cafe/edit", Typed(stale.text).fields).status_code == 303
    assert desk.catalog.show("/sessions/cafe")["summary"] == "Mine"


def test_a_preview_tells_what_changes_and_leaves_no_trace(desk: Desk) -> None:
    before = desk.catalog.show("/changes?limit=100")

    for path in ("sessions/cafe/edit", "series/large/edit", "initiatives/models/edit", "announcements/free/edit"):
        response = desk.send(path, [*desk.form(path, title="Another"), ("step", "preview")])
        assert response.status_code == 200, response.text
        assert "<ins>Another</ins>" in response.text
        assert "Another" in response.text.partition("srcdoc")[2]

    assert desk.catalog.show("/changes?limit=100") == before
    assert "Another" not in str(desk.catalog.show("/sessions?limit=100"))
    assert desk.actions() == ["import"]


def test_what_was_done_to_a_thing_is_told_under_all_of_its_names(desk: Desk) -> None:
    desk.send("sessions/cafe/edit", desk.form("sessions/cafe/edit", title="Tables", slug="tables"))

    page = desk.see("sessions/tables")

    assert "<ins>Tables</ins>" in page
    assert "Replace" in page
    assert "Import" in page


def test_a_time_for_publication_is_set_and_forgotten(desk: Desk) -> None:
    desk.send("new/sessions", [*PARTS["sessions"].items(), ("registration.policy", "open")])
    later = {"step": "later", "publish_at": "2017-01-02T09:00", "timezone": "America/Chicago"}

    assert desk.send("sessions/new/publish", later | {"publish_at": ""}).status_code == 422
    assert desk.send("sessions/new/publish", later | {"timezone": "Nowhere"}).status_code == 422
    assert desk.send("sessions/new/publish", later).headers["Location"].endswith("?done=planned")
    assert "January 2, 2017, 3:00 PM UTC" in desk.see("sessions/new")
    assert desk.send("sessions/new/keep-draft").headers["Location"].endswith("?done=kept")
    assert "January 2, 2017" not in re.sub(r'<ol class="history">.*', "", desk.see("sessions/new"), flags=re.DOTALL)


def test_nothing_becomes_public_before_its_initiative(catalog: Catalog) -> None:
    catalog.take_in(small() | {"publish": False})

    response = Desk(catalog).send("sessions/cafe/publish", {"step": "now"})

    assert response.status_code == 409
    assert "Its initiative is not public." in response.text


def test_an_initiative_goes_with_its_parts_where_that_is_said(desk: Desk) -> None:
    version = dict(desk.form("initiatives/models/withdraw"))["version"]

    assert desk.send("initiatives/models/withdraw", {"version": version}).status_code == 409
    assert desk.send("initiatives/models/withdraw", {"version": version, "with_parts": "true"}).status_code == 303
    assert desk.public("sessions/cafe") == 410


def test_a_session_is_moved_cancelled_and_its_registration_closed(desk: Desk) -> None:
    when = {"starts_at": "2017-06-20T09:00", "ends_at": "2017-06-20T17:00", "timezone": "America/Chicago"}

    assert desk.send("sessions/workshop/time", when | {"edtf": "2017"}).status_code == 422
    assert desk.send("sessions/workshop/time", when).status_code == 303
    assert desk.send("sessions/cafe/close-registration").status_code == 303
    assert desk.send("sessions/cafe/cancel").status_code == 303
    assert desk.send("sessions/cafe/time", when).status_code == 409
    assert desk.catalog.show("/sessions/workshop")["status"] == "scheduled"
    assert desk.actions()[1:] == ["session.reschedule", "session.close-registration", "session.cancel"]


def test_a_recording_is_published_once_the_session_has_ended(desk: Desk) -> None:
    recording = {"url": "https://video.example.org/cafe", "duration": "PT1H"}

    assert desk.send("sessions/cafe/recording", recording).status_code == 409
    desk.catalog.set_time("2017-05-02T00:00:00Z")
    assert desk.send("sessions/cafe/recording", recording | {"duration": "long"}).status_code == 422
    assert desk.send("sessions/cafe/recording", recording).status_code == 303
    assert "https://video.example.org/cafe" in desk.see("sessions/cafe")
    assert desk.send("sessions/cafe/recording/withdraw").status_code == 303
    assert desk.catalog.show("/sessions/cafe")["recording"] is None


def test_a_date_is_called_as_people_call_it(desk: Desk) -> None:
    assert desk.see("dates?edtf=2017-23").strip() == "Fall 2017"
    assert desk.see("dates?when=2016-12/2018-12").strip() == "December 2016 to December 2018"
    assert desk.see(f"dates?edtf={HOSTILE}").strip() == ""


def test_comments_are_decided_on(desk: Desk) -> None:
    for name in ("Ada", "Bob"):
        desk.catalog.client.post("/catalog/v1/sessions/cafe/comments", json={"author": name, "body": HOSTILE})
    on_announcement = {"author": "Eve", "body": "Where?"}
    desk.catalog.client.post(
        "/catalog/announcements/free/comments", data=on_announcement, headers={"Sec-Fetch-Site": "same-origin"}
    )
    waiting = desk.see("comments")
    first, second, _third = re.findall(r'action="/catalog/staff/comments/([\w-]+)/approve"', waiting)

    assert "<script>alert" not in waiting
    assert "Comments (3)" in waiting
    assert "/catalog/staff/announcements/free" in waiting
    assert desk.send(f"comments/{first}/approve").status_code == 303
    swapped = desk.send(f"comments/{second}/reject", HX_Request="true")
    assert swapped.text.strip() == '<li class="quiet">The comment was rejected.</li>'
    assert [one["author"] for one in desk.catalog.show("/sessions/cafe/comments")["items"]] == ["Ada"]
    for _ in range(2):
        assert desk.send(f"comments/{second}/erase").status_code == 303
    assert desk.actions()[1:] == ["comment.approved", "comment.rejected", "comment.erased"]


def test_a_document_is_looked_at_before_it_is_taken_in(catalog: Catalog) -> None:
    desk = Desk(catalog)
    file = {"file": (io.BytesIO(sample().encode()), "programme.yaml")}
    looked = catalog.client.post("/catalog/staff/imports", data=file, headers={"Sec-Fetch-Site": "same-origin"})

    assert looked.status_code == 200, looked.text
    assert "Preview of changes" in looked.text
    assert catalog.slugs("/initiatives") == []
    [document, *_] = [value for name, value in Typed(looked.text).fields if name == "document"]
    assert desk.send("imports", {"document": document, "step": "apply"}).status_code == 303
    assert catalog.slugs("/initiatives") == ["ltc-models-for-change"]
    exported = desk.see("initiatives/ltc-models-for-change/export.yaml")
    assert (
        "Nothing to change: the catalog already matches this document."
        in desk.send("imports", {"document": exported}).text
    )
    assert (
        "Nothing to change: the catalog already matches this document."
        in desk.send("imports", {"document": desk.see("initiatives/ltc-models-for-change/export.json")}).text
    )


def test_every_fault_of_a_document_is_told_by_its_path(desk: Desk) -> None:
    faulty = sample().replace("format: webinar", "format: dance")

    response = desk.send("imports", {"document": faulty, "step": "apply"})

    assert response.status_code == 422
    assert "<code>sessions.0.format</code>" in response.text
    assert ("document", faulty.replace("\n", "\r\n")) in Typed(response.text).fields
    assert desk.send("imports", {"document": "a: [b"}).status_code == 422
    assert desk.send("imports").status_code == 422
    assert desk.actions() == ["import"]


def test_terms_are_added_renamed_and_removed(desk: Desk) -> None:
    path = "vocabularies/budget/terms"

    assert desk.send(path, {"slug": "Small!", "label": "Small"}).status_code == 422
    assert desk.send(path, {"slug": "small", "label": "Small"}).status_code == 303
    assert desk.send(path, {"slug": "small", "label": "Small"}).status_code == 409
    assert desk.send(f"{path}/small", {"label": ""}).status_code == 422
    assert desk.send(f"{path}/small", {"label": "Up to $200,000"}).status_code == 303
    assert "Up to $200,000" in desk.see("vocabularies")
    assert desk.send(f"{path}/small", {"label": "", "step": "remove"}).status_code == 303
    assert desk.send("vocabularies/topic/terms/dialogue", {"step": "remove"}).status_code == 409
    assert desk.actions()[1:] == ["vocabulary.add-term", "vocabulary.rename-term", "vocabulary.remove-term"]
