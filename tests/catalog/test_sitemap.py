"""The sitemap, as its protocol describes it."""

from datetime import datetime
from typing import Any

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - compiled, without stubs

from services.catalog.sitemap import sitemap_xml as sitemap
from tests.catalog.catalog import Catalog

SITE = "https://learning.example.org"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
ALL = {
    "",
    "initiatives/models",
    "series/large",
    *(f"sessions/{slug}" for slug in ("overview", "cafe", "change", "workshop")),
    "announcements/free",
    "organizations/ncdd",
    "organizations/imls",
}


def read(catalog: Catalog, address: str) -> Any:
    response = catalog.client.get(address.removeprefix(SITE))
    assert response.status_code == 200, response.text
    assert response.content_type == "application/xml"
    return etree.fromstring(response.data)


def addresses(document: Any) -> list[str]:
    return [text.removeprefix(f"{SITE}/catalog/") for text in document.xpath("//s:loc/text()", namespaces=NAMES)]


def test_it_names_every_page_and_when_it_last_changed(filled: Catalog) -> None:
    document = read(filled, "/catalog/sitemap.xml")
    changes = document.xpath("//s:lastmod/text()", namespaces=NAMES)

    assert document.tag == f"{{{NAMES['s']}}}urlset"
    assert sorted(addresses(document)) == sorted(ALL)
    assert len(changes) == len(ALL) - 1
    assert all(datetime.fromisoformat(text).isoformat().startswith("2016-12-15T17:00") for text in changes)


def test_every_address_in_it_is_that_of_a_page(filled: Catalog) -> None:
    for path in addresses(read(filled, "/catalog/sitemap.xml")):
        assert filled.client.get(f"/catalog/{path}").status_code == 200


def test_what_is_withdrawn_or_a_draft_is_not_in_it(filled: Catalog) -> None:
    filled.conn.execute("UPDATE entries SET published_at = NULL, withdrawn_at = programme_now() WHERE slug = 'cafe'")
    filled.conn.execute("UPDATE entries SET published_at = NULL WHERE slug = 'free'")

    assert set(addresses(read(filled, "/catalog/sitemap.xml"))) == ALL - {"sessions/cafe", "announcements/free"}


@pytest.mark.parametrize("size", [1, 4, 9, 10])
def test_many_pages_come_in_parts_that_name_each_once(
    filled: Catalog, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(sitemap, "SIZE", size)
    document = read(filled, "/catalog/sitemap.xml")
    parts = document.xpath("//s:sitemap/s:loc/text()", namespaces=NAMES)
    found = [path for part in parts or ["/catalog/sitemap.xml"] for path in addresses(read(filled, part))]

    assert len(parts) == {1: 9, 4: 3, 9: 0, 10: 0}[size]
    assert sorted(found) == sorted(ALL)


@pytest.mark.parametrize("part", ["0", "2", "99999999999999999999", "x", "-1"])
def test_a_part_that_is_not_there_is_a_404(filled: Catalog, part: str) -> None:
    assert filled.client.get(f"/catalog/sitemap-{part}.xml").status_code == 404


def test_an_empty_catalog_has_one_page(catalog: Catalog) -> None:
    assert addresses(read(catalog, "/catalog/sitemap.xml")) == [""]
