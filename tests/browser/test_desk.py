"""Staff look after sessions: who takes part, check-in on a phone, a platform's report, the grant report."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import BEGINNING, Site

DESK = "/registration/staff"
LIBRARY = {"name": "Springfield Public Library", "type": "public", "state": "IL"}


def register(site: Site, slug: str, name: str) -> str:
    """Somebody registers; the id."""
    body = {"session": slug, "email": f"{uuid4().hex[:8]}@library.example", "name": name, "library": LIBRARY}
    return site.api("POST", "/registration/v1/registrations", json=body, staff=False).raise_for_status().json()["id"]


def code_of(site: Site, id: str) -> str:
    """Return the check-in code of a registration."""
    [row] = site.query("SELECT code FROM registration.registrations WHERE id = %(id)s", id=id)
    return row["code"]


@pytest.fixture
def session(site: Site) -> str:
    """A webinar that is open for registration."""
    found = site.api("GET", "/catalog/v1/sessions?registration=open&format=webinar&status=scheduled").json()["items"]
    return found[0]["slug"]


@pytest.fixture
def begin(site: Site) -> Iterator[Callable[[str], None]]:
    """Lets the session of this slug begin now, until the test ends."""

    def start(slug: str) -> None:
        site.set_clock(site.api("GET", f"/catalog/v1/sessions/{slug}").json()["when"]["starts_at"])

    yield start
    site.set_clock(BEGINNING)


def test_who_takes_part_is_found_corrected_and_cancelled(
    site: Site, session: str, staff_page: Callable[..., Page]
) -> None:
    name = f"Ada {uuid4().hex[:6]}"
    register(site, session, name)
    page = staff_page(f"{DESK}/", name="Dana Desk")
    assert_accessible(page)

    page.goto(f"{DESK}/sessions/{session}")
    assert_accessible(page)
    page.get_by_label("Name or email").fill(name)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=name).click()
    assert_accessible(page)
    page.get_by_label("Note (staff only)").fill("Comes by train")
    page.get_by_label("Name", exact=True).fill(f"{name} Lovelace")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=f"{name} Lovelace").wait_for()
    assert page.get_by_label("Note (staff only)").input_value() == "Comes by train"

    page.get_by_role("button", name="Cancel this registration").click()
    page.get_by_text("Cancelled", exact=True).wait_for()


def test_somebody_is_registered_by_hand_and_moved(site: Site, session: str, staff_page: Callable[..., Page]) -> None:
    name = f"Grace {uuid4().hex[:6]}"
    page = staff_page(f"{DESK}/sessions/{session}/register", name="Dana Desk")
    assert_accessible(page)

    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Email").fill("no address")
    page.get_by_label("Library").first.fill("Springfield")
    page.get_by_label("Library type").select_option("public")
    page.get_by_label("Email").evaluate("input => input.type = 'text'")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == name
    assert_accessible(page)
    page.get_by_label("Email").fill(f"{uuid4().hex[:8]}@library.example")
    page.get_by_label("Give a seat even if none is free").check()
    page.get_by_role("button", name="Register").click()
    page.get_by_role("heading", name=name).wait_for()

    page.get_by_label("Session").select_option(index=1)
    page.get_by_label("Even if no seat is free").check()
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("heading", name=name).wait_for()
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()


def test_people_are_let_in_at_the_door_by_a_phone(
    site: Site, session: str, begin: Callable[[str], None], staff_page: Callable[..., Page]
) -> None:
    family = f"Doe{uuid4().hex[:5]}"
    first, _second = register(site, session, f"Jane {family}"), register(site, session, f"Jim {family}")
    begin(session)
    page = staff_page(f"{DESK}/sessions/{session}/door", name="Dana Desk", size="phone")
    assert_accessible(page)
    assert page.evaluate("document.activeElement.id") == "who"

    page.keyboard.type(code_of(site, first))
    page.keyboard.press("Enter")
    page.get_by_text(f"Jane {family}, Springfield Public Library is checked in.").wait_for()
    assert page.evaluate("document.activeElement.id") == "who"
    page.keyboard.type(family)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"Jim {family}").click()
    page.get_by_text(f"Jim {family}, Springfield Public Library is checked in.").wait_for()
    page.get_by_label("Code or name").fill(code_of(site, first))
    page.get_by_role("button", name="Check in").click()
    page.get_by_text("was already checked in").wait_for()
    page.get_by_label("Code or name").fill("Nobody at all")
    page.get_by_role("button", name="Check in").click()
    page.get_by_text("Nobody with a seat").wait_for()
    assert_accessible(page)


def test_a_report_is_looked_at_before_it_is_applied(
    site: Site, session: str, begin: Callable[[str], None], staff_page: Callable[..., Page]
) -> None:
    email = f"{uuid4().hex[:8]}@library.example"
    body = {"session": session, "email": email, "name": "Ada <Lovelace>", "library": LIBRARY}
    site.api("POST", "/registration/v1/registrations", json=body, staff=False).raise_for_status()
    begin(session)
    rows = f"Name (Original Name),User Email,Duration (Minutes)\nAda,{email},40\nEve,eve@x.example,70\nAda,{email},5\n"
    page = staff_page(f"{DESK}/sessions/{session}/attendance", name="Dana Desk")
    assert_accessible(page)

    file = {"name": "zoom.csv", "mimeType": "text/csv", "buffer": rows.encode("utf-16")}
    page.get_by_label("Platform’s report").set_input_files(file)  # pyright: ignore[reportArgumentType]
    page.get_by_role("button", name="Preview changes").click()
    page.get_by_text("1 with a seat").wait_for()
    expect(page.get_by_text("1 without one")).to_be_visible()
    assert_accessible(page)
    counted = """
        SELECT count(*) AS n FROM registration.attendance JOIN registration.people ON people.id = person_id
         WHERE email = %(email)s
    """
    assert site.query(counted, email=email)[0]["n"] == 0
    page.get_by_role("button", name="Apply this report").click()

    page.get_by_role("link", name="Ada <Lovelace>").wait_for()
    expect(page.get_by_text("Yes, 45 min").first).to_be_visible()


def test_the_grant_report_counts_and_can_be_taken_along(
    site: Site, session: str, staff_page: Callable[..., Page]
) -> None:
    register(site, session, "Someone")
    page = staff_page(f"{DESK}/reports", name="Dana Desk")
    assert_accessible(page)

    page.get_by_label("Group by").select_option("library_type")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("heading", name="Participation by library type").wait_for()
    assert page.locator("svg.chart rect.bar").count() >= 1
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    assert b"public" in download.value.path().read_bytes()
    assert_accessible(page)


def test_who_may_only_look_changes_nothing(site: Site, session: str, staff_page: Callable[..., Page]) -> None:
    page = staff_page(f"{DESK}/", name="Edie Editor")

    expect(page.get_by_role("heading", name="You don’t have access to this page")).to_be_visible()


def test_a_form_asks_what_staff_want_to_know(site: Site, session: str, staff_page: Callable[..., Page]) -> None:
    page = staff_page(f"{DESK}/sessions/{session}/rules", name="Dana Desk")
    assert_accessible(page)

    page.get_by_label("Question (optional)").first.fill("Vegetarian?")
    page.get_by_label("Answer (optional)").first.select_option("choice")
    page.get_by_label("Short name").first.fill("food")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Question (optional)").first.input_value() == "Vegetarian?"
    assert_accessible(page)
    page.get_by_label("Question 1, option 1").fill("Yes")
    page.get_by_label("Question 1, option 2").fill("No")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Question 2, option 1").wait_for()

    page.goto(f"/registration/sessions/{session}")
    page.get_by_text("Vegetarian?").wait_for()
    rules = site.api("GET", f"/registration/v1/sessions/{session}/rules")
    site.api(
        "PUT",
        f"/registration/v1/sessions/{session}/rules",
        json={**rules.json(), "questions": []},
        headers={"If-Match": rules.headers["ETag"]},
    ).raise_for_status()


def test_somebody_is_invited_and_not_any_more(site: Site, session: str, staff_page: Callable[..., Page]) -> None:
    page = staff_page(f"{DESK}/sessions/{session}/invitations", name="Dana Desk")
    name = f"Guest {uuid4().hex[:6]}"

    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(f"{uuid4().hex[:8]}@library.example")
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("cell", name=name).first.wait_for()
    assert_accessible(page)
    page.get_by_role("button", name=f"Take back from {name}").click()

    page.get_by_role("row", name=name).get_by_text("Revoked", exact=True).wait_for()


def test_a_person_is_looked_up_and_forgotten(site: Site, session: str, staff_page: Callable[..., Page]) -> None:
    email = f"{uuid4().hex[:8]}@library.example"
    body = {"session": session, "email": email, "name": "Ada Forget", "library": LIBRARY}
    site.api("POST", "/registration/v1/registrations", json=body, staff=False).raise_for_status()
    page = staff_page(f"{DESK}/people", name="Sam Staff")
    assert_accessible(page)

    page.get_by_label("Email address").fill(email)
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("heading", name="Ada Forget").wait_for()
    assert_accessible(page)
    page.get_by_label("Retype the address").fill("somebody@else.example")
    page.get_by_role("button", name="Erase this person").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Retype the address").fill(email)
    page.get_by_role("button", name="Erase this person").click()
    page.get_by_role("heading", name="erased").wait_for()

    site.settle()
    page.reload()
    page.get_by_role("heading", name="Erased", exact=True).wait_for()
    assert_accessible(page)
