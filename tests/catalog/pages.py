"""Pages of the catalog, as a visitor reads them."""

from typing import Any

from lxml import html

from tests.catalog.catalog import Catalog

SITE = "https://learning.example.org"
HOSTILE = "</script><script>alert(1)</script>\"'&<b>"


def read(catalog: Catalog, path: str) -> Any:
    """The page at `path`, parsed."""
    response = catalog.client.get(path)
    assert response.status_code == 200, response.text
    assert response.content_type == "text/html; charset=utf-8"
    return html.fromstring(response.data, parser=html.HTMLParser(encoding="utf-8"))
