"""An editor's work: drafts, previews, publication, changes, moderation, imports."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site
from tests.waiting import eventually

EDITOR = "Edie Editor"
SIZES = ("phone", "desktop")
INITIATIVE = "ltc-models-for-change"

SignIn = Callable[..., Page]


def unique(name: str) -> str:
    """A title that no other test has."""
    return f"{name} {uuid4().hex[:8]}"


def slug_of(title: str) -> str:
    return title.lower().replace(" ", "-")


@pytest.mark.parametrize("size", SIZES)
def test_a_session_is_drafted_previewed_published_and_changed(site: Site, staff_page: SignIn, size: str) -> None:
    title = unique("Deep Listening")
    page = staff_page("/catalog/staff/", name=EDITOR, size=size)
    assert_accessible(page)

    page.get_by_role("link", name="New session").first.click()
    page.get_by_label("Title").first.fill(title)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#errors")).to_contain_text("Format")
    assert_accessible(page)
    page.locator("#errors").get_by_role("link", name="Format").click()
    expect(page.get_by_label("Format")).to_be_focused()
    page.get_by_label("Format").select_option("webinar")
    page.get_by_label("Summary").fill("Hear what is said.")
    page.get_by_label("Uncertain date").fill("2017-23")
    expect(page.get_by_text("Fall 2017", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add to organizations").click()
    page.locator("[id='organizations.1.organization']").select_option("ncdd")
    page.locator("[id='organizations.1.role']").select_option("facilitator")
    page.get_by_label("Public", exact=True).check()
    page.get_by_role("button", name="Preview").click()

    public = page.frame_locator("iframe")
    expect(public.get_by_role("heading", name=title)).to_be_visible()
    expect(public.get_by_text("Fall 2017").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Continue editing").click()
    expect(page.get_by_label("Summary")).to_have_value("Hear what is said.")
    page.get_by_role("button", name="Create draft").click()

    expect(page.get_by_text("Nobody but staff sees it.")).to_be_visible()
    assert_accessible(page)
    address = f"/catalog/sessions/{slug_of(title)}"
    assert site.api("GET", address, staff=False).status_code == 404
    page.get_by_role("link", name="Preview").click()
    expect(page.frame_locator("iframe").get_by_role("heading", name=title)).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("It is public.")).to_be_visible()
    page.get_by_role("link", name="Public page").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()

    page.goto(f"/catalog/staff/sessions/{slug_of(title)}/edit")
    page.get_by_label("Summary").fill("Hear what is meant.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".diff ins")).to_have_text("meant")
    expect(page.locator(".diff del")).to_have_text("said")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".history li").first).to_contain_text("Replace")
    expect(page.locator(".history .diff ins").first).to_have_text("meant")
    assert_accessible(page)
    assert "Hear what is meant." in site.api("GET", address, staff=False).text


def test_an_announcement_is_published_later_without_scripts(site: Site, contexts: Callable[..., object]) -> None:
    title = unique("More Dates")
    page = contexts("phone", javascript=False).new_page()  # pyright: ignore[reportAttributeAccessIssue]
    page.goto(f"/catalog/staff/new/announcements?initiative={INITIATIVE}")
    page.get_by_role("link", name=EDITOR).click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text").fill("They are **here**.")
    page.get_by_label("Date it bears").fill("2016-12-16T09:00")
    page.get_by_label("Time zone").fill("America/Chicago")
    page.get_by_label("World Café").check()
    page.get_by_role("button", name="Create draft").click()
    page.get_by_label("Or schedule for").fill("2030-01-01T09:00")
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator("#errors")).to_be_visible()
    page.get_by_label("Time zone").fill("America/Chicago")
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_text("It will become public at that time.")).to_be_visible()
    expect(page.get_by_text("January 1, 2030").first).to_be_visible()

    page.get_by_role("button", name="Cancel scheduled publishing").click()
    [begun] = site.query("SELECT max(at) + interval '3 seconds' AS soon FROM catalog.audit_log")
    path = f"/catalog/v1/announcements/{slug_of(title)}"
    planned = site.api("POST", f"{path}/publish", json={"publish_at": begun["soon"].isoformat()})
    assert planned.status_code == 200, planned.text
    address = f"/catalog/announcements/{slug_of(title)}"
    eventually(lambda: site.api("GET", address, staff=False).status_code == 200, seconds=40)
    page.goto(address)
    expect(page.locator("strong", has_text="here")).to_be_visible()

    page.goto(f"/catalog/staff/announcements/{slug_of(title)}")
    page.get_by_role("link", name="Withdraw this announcement").click()
    page.get_by_role("button", name="Withdraw this announcement").click()
    expect(page.get_by_text("It was withdrawn.")).to_be_visible()
    eventually(lambda: site.api("GET", address, staff=False).status_code == 410, seconds=5)


@pytest.mark.parametrize("size", SIZES)
def test_comments_are_moderated(site: Site, staff_page: SignIn, size: str) -> None:
    good, bad = unique("Good"), unique("Bad")
    for author in (good, bad):
        body = {"author": author, "body": "This *helped* us."}
        site.api("POST", "/catalog/v1/sessions/world-cafe/comments", staff=False, json=body)
    page = staff_page("/catalog/staff/comments", name=EDITOR, size=size)
    assert_accessible(page)

    page.get_by_role("button", name=f"Approve the comment of {good}").click()
    expect(page.get_by_text("The comment was approved.")).to_be_visible()
    page.get_by_role("button", name=f"Reject the comment of {bad}").click()
    expect(page.get_by_text("The comment was rejected.")).to_be_visible()
    assert_accessible(page)

    shown = site.api("GET", "/catalog/v1/sessions/world-cafe/comments?limit=100", staff=False).json()["items"]
    authors = [one["author"] for one in shown]
    assert good in authors
    assert bad not in authors
    page.goto("/catalog/staff/comments?status=rejected")
    page.get_by_role("button", name=f"Delete permanently the comment of {bad}").click()
    expect(page.get_by_text("The comment was erased.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_programme_is_imported_after_a_look(site: Site, staff_page: SignIn, tmp_path: Path, size: str) -> None:
    title = unique("Reading Together")
    file = tmp_path / "programme.yaml"
    part = "{slug: %s, title: %s, format: webinar, edtf: '2017'}" % (slug_of(f"a {title}"), title)  # noqa: UP031
    file.write_text(f"initiative: {{slug: {slug_of(title)}, title: {title}}}\nsessions:\n  - {part}\n")
    page = staff_page("/catalog/staff/imports", name=EDITOR, size=size)
    assert_accessible(page)

    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_role("heading", name="Preview of changes")).to_be_visible()
    assert_accessible(page)
    assert site.api("GET", f"/catalog/initiatives/{slug_of(title)}", staff=False).status_code == 404
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("The document was taken in.")).to_be_visible()
    assert site.api("GET", f"/catalog/initiatives/{slug_of(title)}", staff=False).status_code == 200

    page.get_by_label("Or paste it here").fill("initiative: {slug: Wrong!, title: X}")
    page.get_by_role("button", name="Preview changes").click()
    expect(page.locator("#errors")).to_contain_text("initiative.slug")
    assert_accessible(page)
    version = site.api("GET", f"/catalog/v1/initiatives/{slug_of(title)}").headers["ETag"]
    path = f"/catalog/v1/initiatives/{slug_of(title)}?with_parts=true"
    assert site.api("DELETE", path, headers={"If-Match": version}).status_code == 204


def test_an_organization_is_made_by_keyboard_alone(site: Site, staff_page: SignIn) -> None:
    name = unique("Keyboard Library")
    page = staff_page("/catalog/staff/new/organizations", name=EDITOR)

    def go_to(field: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id || document.activeElement.textContent").strip() == field:
                return
        raise AssertionError(f"the keyboard does not reach {field}")

    go_to("name")
    page.keyboard.type(name)
    go_to("url")
    page.keyboard.type("nowhere")
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#url")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("https://keyboard.example")
    go_to("Create draft")
    page.keyboard.press("Space")

    expect(page.get_by_role("heading", name=name)).to_be_visible()
    go_to("Publish now")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is public.")).to_be_visible()
    assert site.api("GET", f"/catalog/v1/organizations/{slug_of(name)}", staff=False).status_code == 200


def test_who_saves_over_a_change_sees_both(site: Site, staff_page: SignIn) -> None:
    name = unique("Two Editors")
    slug = slug_of(name)
    site.api("POST", "/catalog/v1/organizations", json={"slug": slug, "name": name})
    first = staff_page(f"/catalog/staff/organizations/{slug}/edit", name=EDITOR)
    site.api(
        "PUT",
        f"/catalog/v1/organizations/{slug}",
        json={"name": f"{name} Inc"},
        headers={"If-Match": site.api("GET", f"/catalog/v1/organizations/{slug}").headers["ETag"]},
    )

    first.get_by_label("Its website").fill("https://two.example")
    first.get_by_role("button", name="Save").click()

    expect(first.get_by_role("alert")).to_contain_text("Somebody else changed this")
    expect(first.get_by_label("Its website")).to_have_value("https://two.example")
    assert_accessible(first)
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("Saved.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "path",
    [
        "organizations",
        "vocabularies",
        f"initiatives/{INITIATIVE}/edit",
        f"initiatives/{INITIATIVE}/withdraw",
        "series/large-urban-public/edit",
        "sessions/world-cafe/edit",
        "sessions/world-cafe/time",
        "sessions/world-cafe/cancel",
        "sessions/world-cafe/recording",
        "sessions/world-cafe/preview",
        "announcements/free-training-for-libraries/edit",
    ],
)
def test_every_page_of_the_desk_is_accessible(staff_page: SignIn, path: str, size: str) -> None:
    page = staff_page(f"/catalog/staff/{path}", name=EDITOR, size=size)

    assert_accessible(page)
