"""Staff write the newsletter, look at it, send it, and see how far it has got."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site
from tests.waiting import eventually

NEWS = "/notifications/staff/newsletters"


def join(site: Site, email: str) -> None:
    """Become a reader, as an import of those who confirmed elsewhere makes one."""
    reader = {
        "email": email,
        "confirmed_at": "2016-12-01T10:00:00Z",
        "given_from": "a form on paper",
        "wording": "Yes, please.",
    }
    site.api("POST", "/notifications/v1/readers/imports", json={"readers": [reader]}).raise_for_status()


def test_an_issue_is_written_tried_sent_and_read(site: Site, staff_page: Callable[..., Page]) -> None:
    subject, reader, tester = f"News {uuid4().hex[:6]}", f"{uuid4().hex[:8]}@a.example", f"{uuid4().hex[:8]}@b.example"
    join(site, reader)
    page = staff_page(f"{NEWS}/new", name="Nia News")

    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Text", exact=True).press_sequentially("## Hello\n\n[[upcoming-sessions limit=2]]\n\n<b>bold</b>")
    page.locator("#preview").get_by_role("heading", name="Hello").wait_for()
    page.locator("#preview li, #preview h3, #preview a").first.wait_for()
    assert page.locator("#preview b").count() == 0
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()

    page.get_by_label("Send a test to").fill(tester)
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_text(f"A test is on its way to {tester}.")).to_be_visible()
    eventually(lambda: [m for m in site.mailbox().read_all() if m.to == tester and subject in m.subject], seconds=30)

    page.get_by_role("link", name="Send …").click()
    expect(page.get_by_text("reader", exact=False).first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Now").check()
    page.get_by_role("button", name="Send to").click()
    eventually(lambda: [m for m in site.mailbox().read_all() if m.to == reader and m.subject == subject], seconds=60)
    page.reload()
    page.get_by_text("Sent", exact=True).first.wait_for()
    assert_accessible(page)

    page.get_by_role("link", name="Read it in the archive").click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    assert_accessible(page)
    page.goto("/notifications/archive")
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    assert_accessible(page)


def test_of_two_who_write_at_once_neither_loses_a_word(staff_page: Callable[..., Page]) -> None:
    mine = staff_page(f"{NEWS}/new", name="Nia News")
    mine.get_by_label("Subject").fill("Together")
    mine.get_by_role("button", name="Save").click()
    theirs = mine.context.new_page()
    theirs.goto(mine.url)

    theirs.get_by_label("Text", exact=True).fill("Their words")
    theirs.get_by_role("button", name="Save").click()
    mine.get_by_label("Text", exact=True).fill("My words")
    mine.get_by_role("button", name="Save").click()

    expect(mine.get_by_text("Somebody else has changed this issue")).to_be_visible()
    assert mine.get_by_label("Text", exact=True).input_value() == "My words"
    assert "Their words" in (mine.get_by_label("Their version", exact=True).text_content() or "")
    assert_accessible(mine)


def test_a_block_that_there_is_not_is_said_at_once(staff_page: Callable[..., Page]) -> None:
    page = staff_page(f"{NEWS}/new", name="Nia News")

    page.get_by_label("Text", exact=True).press_sequentially("[[upcoming]]")
    page.get_by_text("there is no such block").wait_for()
    page.get_by_label("Subject").fill("Wrong")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Text", exact=True).input_value() == "[[upcoming]]"


def test_the_log_answers_whether_she_got_it(site: Site, staff_page: Callable[..., Page]) -> None:
    email = f"{uuid4().hex[:8]}@library.example"
    site.api("POST", "/notifications/v1/subscriptions", json={"email": email}, staff=False).raise_for_status()
    eventually(lambda: [mail for mail in site.mailbox().read_all() if mail.to == email], seconds=30)
    page = staff_page("/notifications/staff/messages", name="Nia News")

    page.get_by_label("To", exact=True).fill(email)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="subscription-requested").click()
    expect(page.get_by_text("Sent", exact=True).first).to_be_visible()
    assert "/notifications/confirm?token=hidden" in (page.get_by_label("Email text").text_content() or "")
    assert_accessible(page)
    page.get_by_role("button", name="Send it again").click()

    eventually(lambda: len([mail for mail in site.mailbox().read_all() if mail.to == email]) == 2, seconds=30)


def test_every_page_about_mail_is_accessible(site: Site, staff_page: Callable[..., Page]) -> None:
    join(site, "proof@library.example")
    page = staff_page("/notifications/staff/", name="Sam Staff")

    for path in ("", "newsletters", "messages", "readers", "readers/import", "suppressions", "templates"):
        page.goto(f"/notifications/staff/{path}")
        assert_accessible(page)
    page.get_by_role("link", name="registration-confirmed").click()
    assert_accessible(page)
    page.goto("/notifications/staff/readers?email=proof%40library.example")
    page.get_by_role("link", name="proof@library.example").click()
    expect(page.get_by_text("a form on paper")).to_be_visible()
    assert_accessible(page)


def test_readers_are_taken_in_after_a_look(site: Site, staff_page: Callable[..., Page]) -> None:
    page = staff_page("/notifications/staff/readers/import", name="Nia News")
    email = f"{uuid4().hex[:8]}@library.example"
    rows = f"email,name,confirmed_at,given_from,wording\n{email},Ada,2016-11-01T10:00:00Z,old list,Yes\n"

    page.get_by_label("File").set_input_files({"name": "r.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_text("1 new")).to_be_visible()
    assert_accessible(page)
    assert not site.query("SELECT FROM notifications.readers WHERE email = %(email)s", email=email)
    page.get_by_role("button", name="Import them").click()

    page.get_by_role("link", name=email).wait_for()


def test_an_address_is_suppressed_and_freed(site: Site, staff_page: Callable[..., Page]) -> None:
    page = staff_page("/notifications/staff/suppressions", name="Nia News")
    email = f"{uuid4().hex[:8]}@library.example"

    page.get_by_label("Address", exact=True).fill(email)
    page.get_by_label("Why").fill("asked us on the phone")
    page.get_by_role("button", name="Block address").click()
    expect(page.get_by_text("asked us on the phone")).to_be_visible()
    page.get_by_role("button", name=f"Unblock {email}").click()

    assert not site.query("SELECT FROM notifications.suppressions WHERE email = %(email)s", email=email)


def test_a_template_is_worded_otherwise_seen_and_put_back(staff_page: Callable[..., Page]) -> None:
    page = staff_page("/notifications/staff/templates/sign-in", name="Nia News")
    source = page.get_by_label("Template")

    source.fill(source.input_value().replace("{% block subject %}", "{% block subject %}New: "))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Subject: New:")).to_be_visible()
    page.get_by_label("Template").fill("{% for x in y %}{% endfor %}")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Template").input_value() == "{% for x in y %}{% endfor %}"
