"""What the bench of pages works with."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.site import Site


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`loads` of each page, of which the median counts."""

    site: Site
    loads: int
    say: Callable[[str], None]
