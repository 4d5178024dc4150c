"""Learners sign in by mail, see what they take part in, answer invitations and show their certificates."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site
from tests.browser.test_registering import address, link_in_mail
from tests.waiting import eventually

LIBRARY = {"name": "Springfield Public Library", "type": "public"}


@pytest.fixture(scope="module")
def circles(site: Site) -> Site:
    """A series with one past and one future session, and an in-person workshop by invitation."""

    def session(slug: str, day: str, **facts: Any) -> dict[str, Any]:
        return {
            "slug": f"circles-{slug}",
            "title": f"Circles: {slug}",
            "format": "webinar",
            "starts_at": f"{day}T13:00:00",
            "ends_at": f"{day}T14:30:00",
            "timezone": "America/Chicago",
            "contact_hours": 1.5,
            "registration": {"policy": "open", "opens_at": "2016-12-01T00:00:00"},
            "online": {"platform": "Zoom", "join_url": "https://zoom.example/j/42"},
            **facts,
        }

    place = {"name": "Central Library", "room": "Room 2", "address": "1 Main Street, Springfield"}
    invitation = {"policy": "invitation", "opens_at": "2016-12-01T00:00:00", "capacity": 20}
    workshop = session("workshop", "2017-06-23", format="workshop", venue=place, registration=invitation)
    del workshop["online"]
    counting = ["circles-first", "circles-second"]
    document = {
        "publish": True,
        "initiative": {"slug": "circles", "title": "Circles"},
        "series": [
            {
                "slug": "circles",
                "title": "Circles for beginners",
                "completion": {"sessions": counting, "counts": ["live", "recorded"]},
            }
        ],
        "sessions": [
            session("first", "2016-12-12", series="circles"),
            session("second", "2017-05-04", series="circles"),
            workshop,
        ],
    }
    site.api("POST", "/catalog/v1/imports", json=document).raise_for_status()
    site.settle()
    return site


def take_part(site: Site, email: str) -> None:
    """They attended the first session, for which they get a certificate, and are registered for the second."""
    given = {"email": email, "name": "Ada Lovelace", "library": LIBRARY}
    by_hand = site.api("POST", "/registration/v1/sessions/circles-first/registrations", json=given)
    by_hand.raise_for_status()
    site.api("POST", "/registration/v1/registrations", json={**given, "session": "circles-second"}).raise_for_status()
    mark = f"/registration/v1/registrations/{by_hand.json()['id']}/attendance"
    site.api("PUT", mark, json={"attended": True}).raise_for_status()


def sign_in(site: Site, page: Page, email: str) -> None:
    page.goto("/registration/learning")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert_accessible(page)
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Email me a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    assert_accessible(page)
    page.goto(link_in_mail(site, email, r"/registration/sign-in/link\S+"))
    assert_accessible(page)
    page.get_by_role("button", name="Sign in").click()


def test_a_learner_signs_in_and_sees_what_they_take_part_in(circles: Site, page: Page) -> None:
    email = address()
    take_part(circles, email)
    certificate = link_in_mail(circles, email, r"/registration/certificates/[0-9a-f-]+")
    sign_in(circles, page, email)

    assert page.url == f"{circles.url}/registration/learning"
    expect(page.get_by_role("heading", level=1)).to_have_text("My learning")
    expect(page.get_by_text("1 of 2 done")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("heading", name="Circles: second").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have a seat")
    expect(page.get_by_role("link", name="Join the session")).to_have_attribute("href", re.compile("/join[?]token="))
    page.get_by_role("link", name="My learning").click()
    page.get_by_role("link", name="Circles: first", exact=True).first.click()
    assert page.url == f"{circles.url}{certificate}"
    expect(page.get_by_text("This certificate is valid")).to_be_visible()
    assert_accessible(page)
    printed = page.request.get(page.get_by_role("link", name="Download as PDF").get_attribute("href") or "")
    assert printed.headers["content-type"] == "application/pdf"

    page.goto("/registration/learning")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/registration/learning")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_link_that_was_used_says_so(circles: Site, page: Page) -> None:
    email = address()
    take_part(circles, email)
    sign_in(circles, page, email)
    page.get_by_role("button", name="Sign out").click()

    page.goto(link_in_mail(circles, email, r"/registration/sign-in/link\S+"))
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("This link has expired")
    assert_accessible(page)


def invite(site: Site, email: str) -> None:
    given = {"email": email, "name": "Grace Hopper"}
    path = "/registration/v1/sessions/circles-workshop/invitations"
    site.api("POST", path, json=given).raise_for_status()


@pytest.mark.parametrize(("size", "javascript"), [("phone", False), ("phone", True), ("desktop", True)])
def test_an_invitation_is_accepted_from_the_mail(
    circles: Site, contexts: Callable[..., BrowserContext], size: str, javascript: bool
) -> None:
    email, page = address(), contexts(size, javascript=javascript).new_page()
    invite(circles, email)
    page.goto(link_in_mail(circles, email, r"/registration/invitations/\S+/accept"))
    if javascript:
        assert_accessible(page)
    page.get_by_label("Library name").fill("Springfield")
    page.get_by_label("Library type").select_option("public")
    page.get_by_role("button", name="Accept the invitation").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("You have a seat")
    if javascript:
        assert_accessible(page)
    page.goto(link_in_mail(circles, email))
    expect(page.get_by_text("Your code is")).to_be_visible()
    if javascript:
        assert_accessible(page)


def test_an_invitation_is_declined_after_a_question(circles: Site, page: Page) -> None:
    email = address()
    invite(circles, email)
    page.goto(link_in_mail(circles, email, r"/registration/invitations/\S+/decline"))
    assert_accessible(page)
    page.get_by_role("button", name="Decline the invitation").click()

    expect(page.get_by_text("You have declined.")).to_be_visible()
    assert_accessible(page)
    status = "SELECT i.status FROM registration.invitations i JOIN registration.people p ON p.id = i.person_id"
    eventually(lambda: circles.query(f"{status} WHERE p.email = %(email)s", email=email)[0]["status"] == "declined")
