"""Objects that threads share are complete before the first thread sees them."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from services.notifications.newsletters import plain_text
from shared import markdown

THREADS = 16
TEXT = "**Bold** and `code`\n\n- a list\n\n| a | b |\n| - | - |\n| 1 | 2 |\n"


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_the_first_texts_of_a_process_are_read_at_once() -> None:
    html, text = markdown.render(TEXT), plain_text.render_plain(TEXT)

    def read(begin: Barrier) -> tuple[str, str]:
        begin.wait()
        return markdown.render(TEXT), plain_text.render_plain(TEXT)

    for _ in range(20):
        markdown._parser.cache_clear()
        plain_text._parser.cache_clear()
        with ThreadPoolExecutor(THREADS) as crowd:
            assert set(crowd.map(read, [Barrier(THREADS)] * THREADS)) == {(html, text)}
