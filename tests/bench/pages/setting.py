"""The setting of the bench of pages."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.site import Site


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Each page is loaded `loads` times; the median counts."""

    site: Site
    loads: int
    say: Callable[[str], None]
