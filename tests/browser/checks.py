"""Requirements of every page: accessible (WCAG 2.2 AA by axe-core), light and dark, and no wider than its window."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# In dark mode only the colors differ.
COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def assert_accessible(page: Page) -> None:
    """No violation that axe-core can find, in both color schemes, and nothing to scroll sideways for. A page within
    the page is looked at by itself: one that runs no scripts could not answer.
    """
    for scheme, rules in (("light", ALL), ("dark", COLORS)):
        page.emulate_media(color_scheme=scheme)  # pyright: ignore[reportArgumentType]
        found = Axe().run(page, options={"runOnly": rules, "iframes": False})
        told = [f"{one['id']}: {node['html']}" for one in found.response["violations"] for node in one["nodes"]]
        assert told == [], f"{page.url} ({scheme})"
    page.emulate_media(color_scheme="light")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"
