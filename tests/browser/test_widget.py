"""Sessions on another site's page: another origin, with its own strict policy, its own fonts and hostile styles."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.checks import assert_accessible
from tests.browser.site import Site

HOSTILE = "li, a, p { display: none !important } h3 { font-size: 99px }"
HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A library</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/own.css"><script src="{site}/catalog/widget.js" async></script></head>
<body><main><h1>A library</h1>{body}</main></body></html>"""
STYLE = f"body {{ font-family: monospace; color: rgb(0, 90, 40); background: #fff }} {HOSTILE}"


class Host:
    """A web server of somebody else."""

    def __init__(self, site: Site) -> None:
        self.site, self.body = site, ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


class _Pages(BaseHTTPRequestHandler):
    def __init__(self, host: Host, *args: Any) -> None:
        self.host = host
        super().__init__(*args)

    def do_GET(self) -> None:
        styled = self.path == "/own.css"
        text = STYLE if styled else HOST.format(site=self.host.site.url, body=self.host.body)
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if styled else "text/html; charset=utf-8")
        origin = self.host.site.url
        policy = f"default-src 'none'; script-src {origin}; connect-src {origin}; style-src 'self'"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def host(site: Site) -> Iterator[Host]:
    host = Host(site)
    yield host
    host.server.shutdown()


@pytest.fixture
def show(host: Host, contexts: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens the other site's page with this in it."""

    def opened(body: str, *, size: str = "desktop", prepare: Callable[[Page], None] = lambda _: None) -> Page:
        host.body = body
        page = contexts(size, also=host.url).new_page()
        prepare(page)
        page.goto(f"{host.url}/")
        return page

    return opened


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_sessions_stand_on_another_page_in_its_own_fonts_and_colours(show: Callable[..., Page], size: str) -> None:
    page = show('<convene-sessions heading="Coming up" limit="3"></convene-sessions>', size=size)

    title = page.locator("convene-sessions").get_by_role("heading", level=3).first
    title.wait_for()
    look = title.evaluate("element => { const s = getComputedStyle(element); return [s.fontFamily, s.color] }")
    assert look == ["monospace", "rgb(0, 90, 40)"]
    assert page.get_by_role("region", name="Coming up").get_by_role("listitem").count() == 3
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert_accessible(page)


def test_each_leads_to_its_page_and_to_its_form(show: Callable[..., Page], site: Site) -> None:
    page = show('<convene-sessions limit="20"></convene-sessions>')
    page.get_by_role("listitem").first.wait_for()

    names = page.locator("convene-sessions").evaluate(
        "e => [...e.shadowRoot.querySelectorAll('h2 a')].map(a => a.href)"
    )
    expected = site.api("GET", "/catalog/v1/sessions?status=planned&status=scheduled&limit=20").json()["items"]
    assert names == [one["links"]["page"] for one in expected]
    registers = page.get_by_role("link", name="Register: ").evaluate_all("links => links.map(a => a.href)")
    assert registers
    assert all(address.startswith(f"{site.url}/registration/sessions/") for address in registers)


def test_the_keyboard_reaches_all_of_it_and_more(show: Callable[..., Page]) -> None:
    page = show('<convene-sessions limit="1"></convene-sessions>')
    more = page.get_by_role("button", name="More sessions")
    more.wait_for()

    more.focus()
    page.keyboard.press("Enter")
    page.get_by_role("listitem").nth(1).wait_for()
    focused = "document.querySelector('convene-sessions').shadowRoot.activeElement?.closest('li') !== null"
    assert page.evaluate(focused)


def test_another_choice_shows_other_sessions(show: Callable[..., Page]) -> None:
    page = show('<convene-sessions format="webinar" limit="50"></convene-sessions>')
    page.get_by_role("listitem").first.wait_for()
    element = page.locator("convene-sessions")

    element.evaluate("e => { e.setAttribute('format', 'workshop'); e.setAttribute('heading', 'Workshops') }")
    page.get_by_role("heading", name="Workshops").wait_for()
    page.get_by_text("Loading sessions").wait_for(state="hidden")
    assert "Webinar" not in element.evaluate("e => e.shadowRoot.textContent")
    element.evaluate("e => e.setAttribute('topic', 'nothing-has-this-topic')")
    page.get_by_text("No sessions are planned at the moment.").wait_for()


def test_two_of_them_ask_once(show: Callable[..., Page]) -> None:
    asked: list[str] = []
    page = show(
        "<convene-sessions></convene-sessions><convene-sessions></convene-sessions>",
        prepare=lambda page: page.on(
            "request", lambda one: asked.append(one.url) if "/v1/sessions" in one.url else None
        ),
    )
    page.get_by_role("listitem").nth(7).wait_for()

    assert len(asked) == 1


def test_it_tries_again_and_says_so_where_that_does_not_help(show: Callable[..., Page]) -> None:
    answers = [503, 500]

    def answer(route: Route) -> None:
        if answers:
            headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*", "Retry-After": "1"}
            route.fulfill(status=answers.pop(0), headers=headers, body="{}")
        else:
            route.continue_()

    page = show(
        "<convene-sessions></convene-sessions>", prepare=lambda page: page.route("**/catalog/v1/sessions*", answer)
    )
    page.get_by_text("The sessions could not be loaded.").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("listitem").first.wait_for()


def test_what_stands_in_a_session_is_text(show: Callable[..., Page]) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    session = {
        "slug": "x",
        "title": hostile,
        "summary": hostile,
        "format": "webinar",
        "status": "scheduled",
        "when": {"label": hostile},
        "venue": None,
        "registration": {"policy": "open", "state": "open", "seats_left": 3},
        "recording": None,
        "links": {"page": "javascript:alert(1)"},
    }
    body = json.dumps({"items": [session], "next": None})
    page = show(
        "<convene-sessions></convene-sessions>",
        prepare=lambda page: page.route(
            "**/catalog/v1/sessions*",
            lambda route: route.fulfill(
                headers={"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}, body=body
            ),
        ),
    )
    page.get_by_role("link", name=hostile, exact=True).wait_for()

    found = (
        "e => [e.shadowRoot.querySelectorAll('img').length, [...e.shadowRoot.querySelectorAll('a')].map(a => a.href)]"
    )
    images, links = page.locator("convene-sessions").evaluate(found)
    assert images == 0
    assert not any(link.startswith("javascript") for link in links)


def test_the_page_that_makes_the_code_follows_the_choice(page: Page, site: Site) -> None:
    page.goto("/catalog/widget")
    page.get_by_label("Heading above the list").fill("For <our> readers")
    page.get_by_label("Webinar").check()

    page.wait_for_url("**format=webinar**")
    code = page.locator("#code")
    page.wait_for_function("document.querySelector('#code').textContent.includes('format=\"webinar\"')")
    assert 'heading="For &lt;our&gt; readers"' in code.text_content()  # pyright: ignore[reportOperatorIssue]
    page.locator(".preview").get_by_role("heading", name="For <our> readers").wait_for()
    page.locator(".preview").get_by_role("listitem").first.wait_for()
    assert_accessible(page)


def test_it_makes_the_code_without_scripts_too(plain_page: Page) -> None:
    plain_page.goto("/catalog/widget")
    plain_page.get_by_label("Workshop").check()
    plain_page.get_by_role("button", name="Get code").click()

    assert 'format="workshop"' in (plain_page.locator("#code").text_content() or "")
