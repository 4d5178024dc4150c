"""A site for the tests of this folder, and browsers in which nothing may go wrong unnoticed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.site import Site
from tests.processes import running
from tests.servers import databases, queues
from tests.servers.engines import Engines
from tests.servers.slots import Slot

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
# Milliseconds in which a page does, and shows, what it is asked for.
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def site(engines: Engines, slot: Slot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All of Convene behind one address, for the tests of a file. Those make what they change: the programme of the
    sample is for all of them.
    """
    database = slot.new_database_name()
    databases.clone(engines, database)
    queues.empty(engines, slot.vhost)
    site = Site(engines, database, slot.vhost, tmp_path_factory.mktemp("site"))
    with running() as processes:
        processes += site.processes()
        site.start()
        yield site
    databases.drop(engines, database)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's, without a window."""
    program = shutil.which("chromium")
    assert program, "python -m tests.servers.prepare installs chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--no-proxy-server"])
        yield browser
        browser.close()


@pytest.fixture
def contexts(chromium: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that know nothing of each other. A test fails where a page of theirs has an error, breaks its
    Content-Security-Policy, or asks another host for anything.
    """
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def open_context(
        size: str = "desktop", *, javascript: bool = True, also: str | None = None, **kwargs: Any
    ) -> BrowserContext:
        """`also` is another origin that is asked on purpose."""
        own = (site.url, also or site.url)
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            has_touch=size == "phone",
            java_script_enabled=javascript,
            **{"locale": "en-US", "timezone_id": "America/New_York", **kwargs},
        )
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: wrong.append(f"{error.page.url if error.page else ''}: {error.error}"))
        context.on("console", lambda said: wrong.append(said.text) if _is_wrong(said) else None)
        context.on("request", lambda asked: wrong.append(asked.url) if _is_foreign(asked.url, own) else None)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert wrong == []


@pytest.fixture(params=SIZES)
def page(contexts: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Page:
    """A page in a browser with JavaScript, on a phone and at a desk."""
    return contexts(request.param).new_page()


@pytest.fixture
def plain_page(contexts: Callable[..., BrowserContext]) -> Page:
    """A page on a phone that runs no scripts."""
    return contexts("phone", javascript=False).new_page()


@pytest.fixture
def staff_page(contexts: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Signs in as a member of staff of the identity provider, and opens the page that was asked for."""

    def sign_in(path: str, *, name: str = "Sam Staff", size: str = "desktop") -> Page:
        page = contexts(size).new_page()
        page.goto(path)
        page.get_by_role("link", name=name).click()
        page.wait_for_url(lambda url: "/identity/" not in url)
        return page

    return sign_in


def _is_wrong(said: Any) -> bool:
    """A page that answers 4xx on purpose is logged by the browser as well."""
    return said.type == "error" and "Failed to load resource" not in said.text


def _is_foreign(asked: str, own: tuple[str, str]) -> bool:
    return not asked.startswith((*own, "data:", "blob:"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """To start the site counts for the first test."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(180))
