"""A reader of the newsletter: signing up, confirming, choosing, leaving; with scripts and without."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site
from tests.waiting import eventually

LINK = re.compile(r"http://localhost:\d+(/notifications/\S+)")


def links_in_mail(site: Site, email: str, subject: str) -> list[str]:
    """Return the links to this service in the newest email to an address."""

    def find() -> list[str]:
        found = [mail for mail in site.mailbox().read_all() if mail.to == email and subject in mail.subject]
        return LINK.findall(found[-1].text) if found else []

    return eventually(find, seconds=30)


def sign_up(page: Page, site: Site, email: str) -> None:
    page.goto("/notifications/newsletter")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Public").check()
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("heading", name="Check your email").wait_for()


@pytest.mark.parametrize(("size", "javascript"), [("phone", True), ("desktop", True), ("phone", False)])
def test_a_reader_signs_up_chooses_and_leaves(
    site: Site, contexts: Callable[..., BrowserContext], size: str, javascript: bool
) -> None:
    page = contexts(size, javascript=javascript).new_page()
    email = f"{uuid4().hex[:8]}@library.example"

    sign_up(page, site, email)
    if javascript:
        assert_accessible(page)
    [confirm, *_] = links_in_mail(site, email, "newsletter")
    page.goto(confirm)
    if javascript:
        assert_accessible(page)
    page.get_by_role("button", name="Yes, send me the newsletter").click()
    expect(page.get_by_text(f"will be sent to {email}")).to_be_visible()

    [reader] = site.query("SELECT id FROM notifications.readers WHERE email = %(email)s", email=email)
    page.goto(f"/notifications/preferences/{site.sign('subscription', reader['id'])}")
    assert page.get_by_label("Public").is_checked()
    page.get_by_label("Your name").fill("Ada Ünal")
    page.get_by_label("Also send me a weekly summary on Mondays").check()
    page.get_by_role("button", name="Save preferences").click()
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    assert page.get_by_label("Your name").input_value() == "Ada Ünal"
    if javascript:
        assert_accessible(page)

    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="You have unsubscribed")).to_be_visible()
    [reader] = site.query("SELECT status FROM notifications.readers WHERE email = %(email)s", email=email)
    assert reader["status"] == "ended"


def test_what_is_wrong_is_said_and_what_was_typed_stays(page: Page) -> None:
    page.goto("/notifications/newsletter")
    page.get_by_label("Email").fill("ada@no-dot")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Sign up").click()

    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Your name").input_value() == "Ada"
    assert page.get_by_label("Email").get_attribute("aria-invalid") == "true"
    assert_accessible(page)


def test_the_form_needs_no_mouse(contexts: Callable[..., BrowserContext]) -> None:
    page = contexts("desktop").new_page()
    page.goto("/notifications/newsletter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "email":
            break
    page.keyboard.type(f"{uuid4().hex[:8]}@library.example")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Check your email").wait_for()


def test_the_archive_can_be_read(page: Page) -> None:
    page.goto("/notifications/archive")

    assert_accessible(page)
    page.get_by_role("link", name="Sign up").click()
    expect(page.get_by_role("heading", name="The newsletter")).to_be_visible()
