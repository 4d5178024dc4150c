"""Readers find sessions, see what they are about, watch what was recorded, and say what they think."""

import io
import re
import wave
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site
from tests.waiting import eventually

SECONDS = 60
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:20.000\nWelcome to the story.\n\n00:20.000 --> 00:40.000\nNow it begins.\n"


def recorded(slug: str, title: str, day: str, **members: Any) -> dict[str, Any]:
    """A webinar that was held, as a document has it."""
    return {
        "slug": slug,
        "title": title,
        "summary": f"{title}, told by those who do it.",
        "format": "webinar",
        "starts_at": f"{day}T13:00:00",
        "ends_at": f"{day}T14:00:00",
        "timezone": "America/Chicago",
        "terms": {"library_type": ["school"], "topic": ["community-engagement"]},
        **members,
    }


def programme(site: Site) -> dict[str, Any]:
    """An earlier initiative with a recording."""
    media = {"url": f"{site.url}/media/story.wav", "duration": "PT1M", "captions_url": f"{site.url}/media/story.vtt"}
    elsewhere = {"url": "https://video.example.org/watch/42", "duration": "PT1H", "captions": True}
    return {
        "initiative": {"slug": "stories", "title": "Stories for Everybody", "when": "2016"},
        "series": [
            {
                "slug": "telling",
                "title": "Telling Stories",
                "summary": "How stories bring people to a library.",
                "completion": {"sessions": ["first-story", "second-story"]},
            }
        ],
        "sessions": [
            recorded("first-story", "The First Story", "2016-03-01", series="telling", recording=media),
            recorded("second-story", "The Second Story", "2016-04-05", series="telling", recording=elsewhere),
            *(recorded(f"tale-{n:02}", f"Tale {n}", f"2015-{n % 12 + 1:02}-03") for n in range(1, 25)),
        ],
    }


@pytest.fixture(scope="module")
def told(site: Site) -> Site:
    """The site with that initiative as well."""
    answer = site.api("POST", "/catalog/v1/imports", json=programme(site))
    assert answer.status_code == 200, answer.text
    held = "/catalog/v1/sessions?status=held&initiative=stories&limit=1"
    eventually(lambda: bool(site.api("GET", held).json()["items"]))
    site.settle()
    return site


def sound() -> bytes:
    """Silence of a minute."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(3000)
        file.writeframes(b"\x80" * 3000 * SECONDS)
    return held.getvalue()


def serve_media(context: BrowserContext) -> None:
    """Give the recording, in the parts in which browsers ask for it, and its captions."""
    whole = sound()

    def give(route: Route) -> None:
        if route.request.url.endswith(".vtt"):
            route.fulfill(body=CAPTIONS, content_type="text/vtt")
            return
        asked = re.match(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", "bytes=0-"))
        assert asked
        begin, end = int(asked[1]), int(asked[2] or len(whole) - 1)
        told = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {begin}-{end}/{len(whole)}"}
        route.fulfill(status=206, body=whole[begin : end + 1], content_type="audio/wav", headers=told)

    context.route("**/media/*", give)


def sign_in(site: Site, context: BrowserContext, email: str) -> None:
    """Let this browser be Ada's, who has registered."""
    wanted = {"session": "models-for-change-overview", "email": email, "name": "Ada Lovelace"}
    library = {"name": "City Library", "type": "public"}
    site.api("POST", "/registration/v1/registrations", staff=False, json={**wanted, "library": library})
    site.api("POST", "/registration/v1/learners/sign-in", staff=False, json={"email": email})
    [mail] = eventually(
        lambda: [one for one in site.mailbox().read_all() if one.to == email and "sign-in" in one.subject.lower()]
    )
    found = re.search(r"token=([\w.-]+)", mail.text)
    assert found
    answer = context.request.post(f"{site.url}/registration/v1/learners/session", data={"token": found[1]})
    assert answer.ok, answer.text()


def open_filters(page: Page) -> None:
    if page.get_by_text("Filters", exact=True).is_visible():
        page.get_by_text("Filters", exact=True).click()


def titles(page: Page) -> list[str]:
    return page.locator("#results li h3").all_inner_texts()


PAGES = [
    "/catalog/",
    "/catalog/?q=dialogue",
    "/catalog/?q=dialogue&topic=community-engagement",
    "/catalog/?q=nowhereatall",
    "/catalog/?q=-only",
    "/catalog/?format=workshop&library_type=public",
    "/catalog/?initiative=stories&recorded=true",
    "/catalog/initiatives/ltc-models-for-change",
    "/catalog/series/large-urban-public",
    "/catalog/series/academic",
    "/catalog/sessions/world-cafe",
    "/catalog/sessions/workshop-large-urban",
    "/catalog/sessions/first-story",
    "/catalog/recordings/first-story",
    "/catalog/recordings/second-story",
    "/catalog/announcements/free-training-for-libraries",
    "/catalog/announcements/free-training-for-libraries/comments",
    "/catalog/organizations/ncdd",
    "/catalog/sessions/no-such",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible(told: Site, page: Page, path: str) -> None:
    serve_media(page.context)
    page.goto(path)

    assert page.locator("h1").count() == 1
    assert_accessible(page)


@pytest.mark.usefixtures("told")
def test_without_scripts_a_reader_finds_and_opens_a_session(plain_page: Page) -> None:
    page = plain_page
    page.goto("/catalog/")
    page.get_by_role("searchbox").fill("cafe")
    page.get_by_role("button", name="Search").click()
    assert titles(page)[0] == "World Café"
    assert page.locator("mark").first.inner_text().lower().startswith("caf")

    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("School (K-12)").check()
    page.get_by_role("button", name="Show results").click()
    assert "library_type=school" in page.url
    assert "Models for Change Overview" in titles(page)
    assert "World Café" not in titles(page)

    page.get_by_role("link", name="Remove Library type: School (K-12)").click()
    assert page.url.endswith("/catalog/")
    page.get_by_role("link", name="World Café").first.click()
    expect(page.get_by_role("heading", level=1, name="World Café")).to_be_visible()
    expect(page.get_by_text("Thursday, April 6, 2017, 1:00 PM to 2:30 PM CDT")).to_be_visible()
    register = page.get_by_role("link", name="Register", exact=True)
    assert register.get_attribute("href") == "/registration/sessions/world-cafe"


def test_filters_change_results_and_address_without_a_reload(told: Site, page: Page) -> None:
    page.goto("/catalog/")
    page.evaluate("window.same = true")
    open_filters(page)

    page.get_by_label("Workshop").check()
    expect(page.get_by_role("status").first).to_have_text("1 session")
    assert page.url == f"{told.url}/catalog/?format=workshop"
    assert titles(page) == ["Dialogue & Deliberation for Large and Urban Communities"]
    assert page.evaluate("document.activeElement.id") == "format-workshop"
    assert "0 found" not in page.locator("#facets").inner_text()

    page.get_by_label("Webinar").check()
    page.wait_for_url("**/catalog/?format=webinar&format=workshop")
    assert page.evaluate("window.same")

    page.go_back()
    expect(page.get_by_label("Webinar")).not_to_be_checked()
    expect(page.locator("#results li h3")).to_have_count(1)


def test_filters_are_used_by_keyboard_alone(told: Site, page: Page) -> None:
    page.goto("/catalog/")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("tale")
    page.wait_for_url("**/catalog/?q=tale")
    expect(page.get_by_role("status").first).to_have_text(re.compile(r"24 results for"))

    names: list[str] = []
    while "format-webinar" not in names:
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        if names[-1] == "Filters":
            page.keyboard.press("Enter")
        assert len(names) < 30, names
    page.keyboard.press("Space")
    page.wait_for_url(lambda url: "format=webinar" in url)
    expect(page.locator("#format-webinar")).to_be_focused()
    assert told.url in page.url


@pytest.mark.usefixtures("told")
def test_what_cannot_be_looked_for_is_said_without_a_reload(page: Page) -> None:
    page.goto("/catalog/")
    page.get_by_role("searchbox").press_sequentially("-only")

    expect(page.get_by_text("Say what is to be found, not only what is not.")).to_be_visible()
    assert page.get_by_role("searchbox").input_value() == "-only"


@pytest.mark.usefixtures("told")
def test_more_of_a_list_comes_below_and_the_keyboard_goes_there(page: Page) -> None:
    page.goto("/catalog/?initiative=stories&when=past")
    assert len(titles(page)) == 20
    page.get_by_role("link", name="Show more").press("Enter")

    expect(page.locator("#past > li")).to_have_count(26)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
    assert len(set(titles(page))) == 26
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == titles(page)[20]


@pytest.mark.usefixtures("told")
def test_more_of_a_list_without_scripts(plain_page: Page) -> None:
    plain_page.goto("/catalog/?q=tale")
    first = titles(plain_page)
    plain_page.get_by_role("link", name="Show more").click()

    assert (len(first), len(titles(plain_page))) == (20, 4)
    assert not set(first) & set(titles(plain_page))


@pytest.mark.usefixtures("told")
def test_a_session_tells_its_time_where_the_reader_is(page: Page) -> None:
    page.goto("/catalog/sessions/world-cafe")

    expect(page.locator(".yours")).to_have_text(re.compile(r"Thursday, April 6.*2:00\W+3:30.PM EDT where you are"))
    calendar = page.get_by_role("link", name="Add to calendar")
    assert (calendar.get_attribute("href") or "").endswith("/catalog/sessions/world-cafe.ics")
    whole = page.get_by_role("link", name="Register for the whole series")
    assert whole.get_attribute("href") == "/registration/series/large-urban-public"


@pytest.mark.usefixtures("told")
def test_a_link_is_copied(contexts: Callable[..., BrowserContext]) -> None:
    page = contexts("phone", permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto("/catalog/sessions/world-cafe")
    page.get_by_role("button", name="Copy link").click()

    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/catalog/sessions/world-cafe")


@pytest.mark.usefixtures("told")
def test_a_series_is_a_path(page: Page) -> None:
    page.goto("/catalog/series/large-urban-public")

    steps = page.locator(".path > .step h3").all_inner_texts()
    assert steps[0] == "Introduction to Dialogue & Deliberation"
    assert len(steps) == 3
    expect(page.get_by_text("You get a certificate and an invitation to the workshop.")).to_be_visible()


@pytest.mark.usefixtures("told")
def test_a_recording_goes_on_where_the_reader_was(page: Page) -> None:
    serve_media(page.context)
    page.goto("/catalog/recordings/first-story")
    player = page.locator("video")
    page.get_by_role("button", name="Forward 10 s").click()
    page.get_by_role("button", name="Forward 10 s").press("Enter")
    page.get_by_label("Speed").select_option("1.5")
    assert player.evaluate("video => [video.currentTime, video.playbackRate]") == [20, 1.5]

    page.get_by_text("Transcript", exact=True).click()
    expect(page.get_by_role("button", name="Now it begins.")).to_be_visible()

    page.reload()
    expect(page.get_by_text("It goes on at 0:20, where you stopped.")).to_be_visible()
    page.get_by_role("button", name="Start from the beginning").click()
    assert player.evaluate("video => video.currentTime") == 0


@pytest.mark.usefixtures("told")
def test_who_is_not_signed_in_watches_and_is_told_how_to_have_it_count(page: Page) -> None:
    serve_media(page.context)
    page.goto("/catalog/recordings/first-story")
    page.locator("video").evaluate("video => { video.muted = true; return video.play() }")

    link = page.get_by_role("link", name="Sign in to count this")
    expect(link).to_be_visible()
    assert link.get_attribute("href") == "/registration/sign-in?next=/catalog/recordings/first-story"
    assert not page.locator("video").evaluate("video => video.paused")


def test_what_is_watched_counts_for_who_is_signed_in(told: Site, contexts: Callable[..., BrowserContext]) -> None:
    context = contexts("desktop")
    serve_media(context)
    sign_in(told, context, "ada@reading.example")
    page = context.new_page()
    page.goto("/catalog/recordings/first-story")
    video = page.locator("video")
    with page.expect_response("**/registration/v1/sessions/first-story/views") as heard:
        video.evaluate("video => { video.muted = true; return video.play() }")
    assert heard.value.status == 200
    eventually(lambda: video.evaluate("video => video.currentTime") > 2)
    with page.expect_response("**/registration/v1/sessions/first-story/views") as heard:
        video.evaluate("video => video.pause()")

    assert heard.value.json()["watched_seconds"] >= 1
    expect(page.get_by_text(re.compile("You have watched .* It counts from 80 % on."))).to_be_visible()


def test_what_is_watched_through_the_link_in_a_mail_counts(told: Site, contexts: Callable[..., BrowserContext]) -> None:
    context, email = contexts("phone"), "grace@reading.example"
    serve_media(context)
    sign_in(told, contexts("desktop"), email)
    [person] = told.query("SELECT id FROM registration.people WHERE email = %(email)s", email=email)
    token = told.sign("learner", person["id"])
    page = context.new_page()
    page.goto(f"/catalog/recordings/first-story#token={token}")
    assert page.url == f"{told.url}/catalog/recordings/first-story"
    for _ in range(2):
        with page.expect_response("**/registration/v1/sessions/first-story/views") as heard:
            page.locator("video").evaluate("video => { video.muted = true; return video.play() }")
        assert heard.value.status == 200
        page.reload()


@pytest.mark.usefixtures("told")
def test_what_is_elsewhere_is_linked(plain_page: Page) -> None:
    plain_page.goto("/catalog/sessions/second-story")
    plain_page.get_by_role("link", name="Watch the recording").click()

    link = plain_page.get_by_role("link", name="Watch at video.example.org")
    assert link.get_attribute("href") == "https://video.example.org/watch/42"
    assert plain_page.locator("video").count() == 0


def test_a_reader_comments_without_scripts_and_sees_it_once_it_is_approved(told: Site, plain_page: Page) -> None:
    page = plain_page
    page.goto("/catalog/announcements/free-training-for-libraries")
    page.get_by_text("Write a comment").click()
    page.get_by_label("Your name").fill("Zoë")
    page.get_by_label("Your comment").fill(" ")
    page.get_by_role("button", name="Post comment").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.get_by_label("Your name").input_value() == "Zoë"

    page.get_by_label("Your comment").fill("This *helped* us.")
    page.get_by_role("button", name="Post comment").click()
    expect(page.get_by_text("It will appear once it has been approved")).to_be_visible()
    page.get_by_role("link", name="Back to").click()
    assert page.get_by_text("This helped us.").count() == 0

    [waiting] = told.api("GET", "/catalog/v1/comments").json()["items"]
    assert told.api("POST", f"/catalog/v1/comments/{waiting['id']}/approve").status_code == 200
    eventually(lambda: page.reload() is not None and page.get_by_text("This helped us.").count() == 1)
    expect(page.get_by_text("You are here:")).to_be_visible()


def test_a_comment_is_written_by_keyboard_alone(told: Site, page: Page) -> None:
    page.goto("/catalog/sessions/dialogue-to-change")
    page.get_by_text("Write a comment").focus()
    page.keyboard.press("Enter")
    for key in ("Tab", "Kim", "Tab", "Thank you.", "Tab"):
        if key == "Tab":
            page.keyboard.press("Tab")
        else:
            page.keyboard.type(key)
    page.keyboard.press("Enter")

    page.wait_for_url(f"{told.url}/catalog/sessions/dialogue-to-change/comments")
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you for your comment"
    page.go_back()
    expect(page.get_by_text("Write a comment")).to_be_visible()
