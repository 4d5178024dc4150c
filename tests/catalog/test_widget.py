"""The component for other sites, and the page that makes its code."""

import re
from typing import Any

import pytest
from lxml import html

from tests.catalog.catalog import Catalog


def test_any_site_may_load_the_component_and_keep_it_a_while(catalog: Catalog) -> None:
    response = catalog.client.get("/catalog/widget.js")
    again = catalog.client.get("/catalog/widget.js", headers={"If-None-Match": response.headers["ETag"]})

    assert (response.status_code, response.mimetype) == (200, "text/javascript")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in response.headers["Cache-Control"]
    assert again.status_code == 304


def test_a_version_stays_and_one_that_is_gone_is_the_present_one(catalog: Catalog) -> None:
    version = catalog.client.get("/catalog/widget.js").headers["ETag"].strip('"')
    stays = catalog.client.get(f"/catalog/widget/{version}.js")
    gone = catalog.client.get("/catalog/widget/000000.js")

    assert "immutable" in stays.headers["Cache-Control"]
    assert "immutable" not in gone.headers["Cache-Control"]
    assert stays.data == gone.data


def test_the_component_asks_nobody_else_and_writes_no_markup(catalog: Catalog) -> None:
    text = catalog.client.get("/catalog/widget.js").text

    assert re.findall(r"https?://[\w.]+", text) == []
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(|document\.cookie|localStorage", text)


def builder(catalog: Catalog, query: str = "") -> Any:
    response = catalog.client.get(f"/catalog/widget{query}")
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def test_what_was_chosen_is_in_the_code_and_in_the_form(filled: Catalog) -> None:
    page = builder(filled, "?library_type=public&library_type=academic&format=webinar&heading=For+us&recorded=false")

    assert page.xpath("string(//code[@id='code'])") == (
        '<script src="https://learning.example.org/catalog/widget.js" async></script>\n'
        '<convene-sessions format="webinar" library-type="public academic" heading="For us"></convene-sessions>'
    )
    [element] = page.xpath("//convene-sessions")
    assert element.get("library-type") == "public academic"
    assert page.xpath("//input[@name='format'][@checked]/@value") == ["webinar"]
    assert page.xpath("//input[@name='heading']/@value") == ["For us"]


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "' onclick='x", "</code><img src=x onerror=x>"])
def test_what_was_typed_stays_text(filled: Catalog, hostile: str) -> None:
    page = html.fromstring(filled.client.get("/catalog/widget", query_string={"heading": hostile}).text)

    [element] = page.xpath("//convene-sessions")
    assert dict(element.attrib) == {"heading": hostile}
    assert not page.xpath("//img | //script[contains(., 'alert')]")
    assert hostile not in page.xpath("string(//code[@id='code'])")


def test_the_page_offers_what_the_catalog_has(filled: Catalog) -> None:
    page = builder(filled)

    assert "public" in page.xpath("//input[@name='library_type']/@value")
    assert page.xpath("//select[@name='series']/option/@value")[0] == ""
    assert "large" in page.xpath("//select[@name='series']/option/@value")


def test_what_cannot_be_chosen_is_refused(filled: Catalog) -> None:
    assert filled.client.get("/catalog/widget?format=lecture").status_code == 422
