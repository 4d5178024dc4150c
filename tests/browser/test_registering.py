"""People register, alone, for a series and with colleagues, and manage what they have, from a phone and at a desk."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site
from tests.waiting import eventually

SESSION = "/registration/sessions/world-cafe"
RULES = "/registration/v1/sessions/{}/rules"
LIBRARIES = """FSCSKEY,LIBNAME,CITY,STABR,POPU_LSA,LOCALE_MOD
IL0001,Springfield Public Library,Springfield,IL,114394,12
IL0002,Springdale District Library,Springdale,IL,9000,42
"""
QUESTIONS = [
    {"key": "experience", "label": "Have you led a dialogue before?", "kind": "choice", "options": ["No", "Yes"]},
    {"key": "hopes", "label": "What do you hope for?", "kind": "text", "required": True},
    {"key": "topics", "label": "Topics", "kind": "several", "options": ["Housing", "Schools"]},
]


@pytest.fixture(scope="module")
def registering(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose directory knows two libraries, and whose World Café asks questions and has few seats."""
    survey = tmp_path_factory.mktemp("survey") / "libraries.csv"
    survey.write_text(LIBRARIES)
    site.run("registration", "import-libraries", str(survey))
    set_rules(site, "world-cafe", questions=QUESTIONS, offer_hours=48)
    return site


def set_rules(site: Site, slug: str, **rules: Any) -> None:
    read = site.api("GET", RULES.format(slug))
    site.api("PUT", RULES.format(slug), json=rules, headers={"If-Match": read.headers["ETag"]}).raise_for_status()


def address() -> str:
    return f"{uuid4().hex[:12]}@library.example"


def fill(page: Page, email: str, *, name: str = "Ada Lovelace") -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Library name").fill("A library nobody lists")
    page.get_by_label("Library type").select_option("public")
    page.get_by_label("What do you hope for?").fill("Ideas")


def link_in_mail(site: Site, email: str, pattern: str = r"/registration/manage/\S+") -> str:
    """The path of the last such link in the mails to this address."""

    def find() -> str:
        mails = [mail for mail in site.mailbox().read_all() if mail.to == email]
        found = [path for mail in mails for path in re.findall(pattern, mail.text)]
        assert found, [mail.text for mail in mails]
        return found[-1]

    return eventually(find, seconds=30)


def test_a_librarian_registers_and_manages_it_by_the_link_in_the_mail(registering: Site, page: Page) -> None:
    email = address()
    page.goto(SESSION)
    assert_accessible(page)
    expect(page.locator("input[name=timezone]")).to_have_value("America/New_York")
    expect(page.get_by_text("where you are")).to_contain_text("EDT")
    fill(page, email)
    page.get_by_label("Yes").check()
    page.get_by_label("Housing").check()
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have a seat")
    assert page.url.startswith(f"{registering.url}/registration/done?receipt=")
    assert email not in page.content()
    assert_accessible(page)
    page.goto(link_in_mail(registering, email))
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have a seat")
    expect(page.get_by_text("Housing")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name="Change details").click()
    assert_accessible(page)
    expect(page.get_by_label("Housing")).to_be_checked()
    page.get_by_label("Job title").fill("Director")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("status")).to_have_text("Your changes are saved.")
    expect(page.get_by_text("Director")).to_be_visible()

    page.get_by_role("link", name="Cancel my registration").click()
    assert_accessible(page)
    page.get_by_role("button", name="Cancel my registration").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("This registration is canceled")
    assert_accessible(page)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(registering: Site, page: Page) -> None:
    page.goto(SESSION)
    page.get_by_label("Name", exact=True).fill("<b>Ada</b> & Söhne")
    page.evaluate("document.querySelector('form.register').noValidate = true")
    page.get_by_role("button", name="Register").click()

    errors = page.get_by_role("alert")
    expect(errors).to_be_focused()
    expect(errors).to_contain_text("Email: Please fill this in.")
    assert_accessible(page)
    for _ in range(2):
        expect(page.get_by_label("Name", exact=True)).to_have_value("<b>Ada</b> & Söhne")
        expect(page.locator("#email-wrong")).to_contain_text("Please fill this in.")
        page.reload()
    errors.get_by_role("link", name="Email").click()
    expect(page.get_by_label("Email", exact=True)).to_be_focused()


def test_a_library_is_looked_up_while_typing_by_keyboard_alone(registering: Site, page: Page) -> None:
    email = address()
    page.goto(SESSION)
    press = page.keyboard.press
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Ada Lovelace")
    press("Tab")
    page.keyboard.type(email)
    press("Tab")
    press("Tab")
    page.keyboard.type("spring")
    expect(page.get_by_role("listbox", name="Libraries").get_by_role("option")).to_have_count(2)
    assert_accessible(page)
    press("ArrowDown")
    press("Enter")
    expect(page.get_by_label("Library name")).to_have_value("Springfield Public Library")
    expect(page.get_by_label("Library type")).to_have_value("public")
    expect(page.get_by_label("State or province")).to_have_value("IL")
    expect(page.locator("input[name='library.fscskey']")).to_have_value("IL0001")
    for _ in range(3):
        press("Tab")
    press("Tab")
    press("ArrowDown")
    press("Tab")
    page.keyboard.type("Ideas")
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        press("Tab")
    press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("You have a seat")
    [row] = registering.query(
        "SELECT library, timezone FROM registration.registrations r JOIN registration.people p ON p.id = r.person_id"
        " WHERE p.email = %(email)s",
        email=email,
    )
    assert (row["library"]["fscskey"], row["timezone"]) == ("IL0001", "America/New_York")


def test_one_registers_and_cancels_without_javascript(registering: Site, plain_page: Page) -> None:
    email, page = address(), plain_page
    page.goto(SESSION)
    fill(page, email)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have a seat")

    page.go_back()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("This address was already registered for the sessions below;")).to_be_visible()

    page.goto(link_in_mail(registering, email))
    page.get_by_role("link", name="Cancel my registration").click()
    page.get_by_role("button", name="Cancel my registration").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("This registration is canceled")


def test_a_series_takes_one_form(registering: Site, page: Page) -> None:
    page.goto("/registration/series/large-urban-public")
    assert_accessible(page)
    fill(page, address())
    page.get_by_role("button", name="Register for all").click()

    expect(page.get_by_text("You have a seat.")).to_have_count(3)
    assert_accessible(page)


def test_colleagues_are_registered_in_one_form(registering: Site, page: Page) -> None:
    page.goto(f"{SESSION}/group")
    expect(page.get_by_role("group", name=re.compile("^Colleague"))).to_have_count(1)
    page.get_by_role("button", name="Add a colleague").click()
    assert_accessible(page)
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Your email").fill(registrar := address())
    page.get_by_label("Library name").fill("Springfield")
    page.get_by_label("Library type").select_option("public")
    for number in (1, 2):
        row = page.get_by_role("group", name=f"Colleague {number}", exact=True)
        row.get_by_label("Name", exact=True).fill(f"Colleague {number}")
        row.get_by_label("Email").fill("nonsense" if number == 2 else address())
        row.get_by_label("What do you hope for?").fill("Ideas")
    page.get_by_role("button", name="Register colleagues").click()
    expect(page.get_by_role("alert")).to_contain_text("Colleague 2, email: Not a valid email address.")
    assert_accessible(page)
    page.get_by_role("group", name="Colleague 2", exact=True).get_by_label("Email").fill(address())
    page.get_by_role("button", name="Register colleagues").click()

    expect(page.get_by_role("status")).to_contain_text("Nobody is registered yet.")
    assert_accessible(page)
    page.goto(link_in_mail(registering, registrar, r"/registration/group\S+"))
    expect(page.get_by_role("listitem")).to_contain_text(["Colleague 1", "Colleague 2"])
    assert_accessible(page)
    page.get_by_role("button", name="Confirm and register 2 people").click()
    expect(page.get_by_role("status")).to_have_text("2 have a seat.")
    assert_accessible(page)


def test_colleagues_are_registered_without_javascript(registering: Site, plain_page: Page) -> None:
    page = plain_page
    page.goto(f"{SESSION}/group")
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Your email").fill(registrar := address())
    page.get_by_label("Library name").fill("Springfield")
    page.get_by_label("Library type").select_option("public")
    for number in (1, 3):
        row = page.get_by_role("group", name=f"Colleague {number}", exact=True)
        row.get_by_label("Name", exact=True).fill(f"Colleague {number}")
        row.get_by_label("Email").fill(address())
        row.get_by_label("What do you hope for?").fill("Ideas")
    page.get_by_role("button", name="Register colleagues").click()
    page.goto(link_in_mail(registering, registrar, r"/registration/group\S+"))
    page.get_by_role("button", name="Confirm and register 2 people").click()

    expect(page.get_by_role("status")).to_have_text("2 have a seat.")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_who_comes_late_waits_and_accepts_the_seat_that_is_offered(
    registering: Site, contexts: Callable[..., BrowserContext], size: str
) -> None:
    site, page, slug = registering, contexts(size).new_page(), f"small-{size}"
    schedule_small(site, slug)
    first, second = address(), address()
    for email, outcome in ((first, "You have a seat"), (second, "You are on the waiting list")):
        page.goto(f"/registration/sessions/{slug}")
        page.get_by_label("Name", exact=True).fill("Ada Lovelace")
        page.get_by_label("Email", exact=True).fill(email)
        page.get_by_label("Library name").fill("Springfield")
        page.get_by_label("Library type").select_option("public")
        page.get_by_role("button", name="Register" if email == first else "Join the waiting list").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(outcome)
    assert_accessible(page)
    page.goto(link_in_mail(site, second))
    expect(page.get_by_text("You are number 1 in line.")).to_be_visible()
    assert_accessible(page)
    page.goto(link_in_mail(site, first).replace("?", "/cancel?"))
    page.get_by_role("button", name="Cancel my registration").click()

    page.goto(link_in_mail(site, second, r"/registration/manage/\S+/offer\S+"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("A seat is offered to you")
    assert_accessible(page)
    page.get_by_role("button", name="Accept the seat").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have a seat")


def schedule_small(site: Site, slug: str) -> None:
    """A webinar with one seat, which is offered to the next in line where it becomes free."""
    document = {
        "publish": True,
        "initiative": {"slug": f"circles-{slug}", "title": "Circles"},
        "sessions": [
            {
                "slug": slug,
                "title": f"A small circle ({slug})",
                "format": "webinar",
                "starts_at": "2017-05-04T13:00:00",
                "ends_at": "2017-05-04T14:30:00",
                "timezone": "America/Chicago",
                "registration": {"policy": "open", "opens_at": "2016-12-01T00:00:00", "capacity": 1},
                "online": {"platform": "Zoom", "join_url": "https://zoom.example/j/42"},
            }
        ],
    }
    site.api("POST", "/catalog/v1/imports", json=document).raise_for_status()
    site.settle()
    set_rules(site, slug, offer_hours=48)
