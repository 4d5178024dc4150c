"""Staff sign in by the identity provider."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site


def test_staff_sign_in_and_come_where_they_wanted_to_be(site: Site, staff_page: Callable[..., Page]) -> None:
    page = staff_page("/notifications/staff/queues")

    assert page.url == f"{site.url}/notifications/staff/queues"
    expect(page.get_by_text("Sam Staff")).to_be_visible()
    [cookie] = [one for one in page.context.cookies() if one.get("name") == "convene_staff"]
    assert (cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("path")) == (True, "Lax", "/")
    assert_accessible(page)


def test_one_sign_in_is_for_all_services_until_one_signs_out(site: Site, staff_page: Callable[..., Page]) -> None:
    page = staff_page("/catalog/staff/queues")

    page.goto("/registration/staff/queues")
    expect(page.get_by_role("heading", name="Queues")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/registration/staff/queues")

    assert "/identity/authorize" in page.url


def test_who_lacks_the_scope_is_told_so(site: Site, staff_page: Callable[..., Page]) -> None:
    page = staff_page("/catalog/staff/queues", name="Edie Editor")

    expect(page.get_by_role("heading", name="You don’t have access to this page")).to_be_visible()
    assert_accessible(page)


def test_what_every_service_has_for_its_staff_is_accessible(staff_page: Callable[..., Page]) -> None:
    page = staff_page("/catalog/staff/audit")

    for service in ("catalog", "registration", "notifications"):
        for name in ("queues", "audit"):
            page.goto(f"/{service}/staff/{name}")
            assert_accessible(page)
