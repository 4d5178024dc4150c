"""Embedding a page in another site."""

from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue] - compiled, without stubs

from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed

SITE = "https://learning.example.org"
CAFE = f"{SITE}/catalog/sessions/cafe"


def ask(catalog: Catalog, address: str, query: str = "") -> Any:
    return catalog.client.get(f"/catalog/oembed?url={quote(address, safe='')}{query}")


def test_a_session_is_embedded_as_a_quotation(filled: Catalog) -> None:
    answer = ask(filled, CAFE).json
    quotation = html.fragment_fromstring(answer.pop("html"))

    assert answer == {
        "version": "1.0",
        "type": "rich",
        "title": "Café",
        "provider_name": "Convene",
        "provider_url": f"{SITE}/catalog/",
        "cache_age": 3600,
        "width": 600,
        "height": 240,
    }
    assert (quotation.tag, quotation.get("cite")) == ("blockquote", CAFE)
    assert quotation.xpath(".//a/@href") == [CAFE]
    assert "Thursday, April 6, 2017, 1:00 PM CDT" in quotation.text_content()


def test_a_recording_can_be_watched_from_there(filled: Catalog) -> None:
    filled.set_time("2017-04-06T15:00:00-05:00")
    filled.act("cafe/recording", {"url": "https://video.example.org/cafe", "duration": "PT1H30M"})

    quotation = html.fragment_fromstring(ask(filled, CAFE).json["html"])

    assert quotation.xpath(".//a/@href") == [CAFE, f"{SITE}/catalog/recordings/cafe"]
    assert ask(filled, f"{SITE}/catalog/recordings/cafe").json["html"] == ask(filled, CAFE).json["html"]


@pytest.mark.parametrize(("path", "title"), [("series/large", "Large"), ("announcements/free", "Free")])
def test_of_the_rest_there_is_a_link(filled: Catalog, path: str, title: str) -> None:
    answer = ask(filled, f"{SITE}/catalog/{path}").json

    assert (answer["type"], answer["title"]) == ("link", title)
    assert "html" not in answer


def test_it_fits_where_it_is_to_stand(filled: Catalog) -> None:
    answer = ask(filled, CAFE, "&maxwidth=320&maxheight=5000").json

    assert (answer["width"], answer["height"]) == (320, 240)


def test_both_formats_say_the_same(filled: Catalog) -> None:
    said = ask(filled, CAFE, "&format=json").json
    response = ask(filled, CAFE, "&format=xml")
    document = etree.fromstring(response.data)

    assert response.mimetype == "text/xml"
    assert document.tag == "oembed"
    assert {one.tag: one.text for one in document} == {name: str(value) for name, value in said.items()}


def test_a_page_leads_to_both(filled: Catalog) -> None:
    page = html.fromstring(filled.client.get("/catalog/sessions/cafe").text)

    for kind in ("application/json+oembed", "text/xml+oembed"):
        [address] = page.xpath(f"//link[@type='{kind}']/@href")
        assert filled.client.get(address.removeprefix(SITE)).status_code == 200


def test_nothing_active_is_embedded(catalog: Catalog) -> None:
    hostile = "</blockquote><script>alert(1)</script><img src=x onerror=alert(1)>"
    catalog.take_in(changed("cafe", title=hostile, summary=hostile))

    quotation = html.fragment_fromstring(ask(catalog, CAFE).json["html"])

    assert {one.tag for one in quotation.iter()} == {"blockquote", "p", "a"}


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/catalog/sessions/no",
        f"{SITE}/catalog/organizations/ncdd",
        f"{SITE}/catalog/v1/sessions/cafe",
        f"{SITE}/catalog/sessions/cafe/x",
        f"{SITE}/catalog/sessions/",
        "https://elsewhere.example.org/catalog/sessions/cafe",
        "https://learning.example.org@elsewhere.example.org/catalog/sessions/cafe",
        "http://learning.example.org:81/catalog/sessions/cafe",
        "//learning.example.org/catalog/sessions/cafe",
        "http://[",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "\x00",
    ],
)
def test_only_pages_of_this_catalog_are_embedded(filled: Catalog, address: str) -> None:
    response = ask(filled, address)

    assert (response.status_code, response.content_type) == (404, "application/problem+json")


def test_a_page_is_found_by_its_address_with_a_query_and_by_its_former_slug(filled: Catalog) -> None:
    filled.conn.execute("INSERT INTO former_slugs SELECT kind, 'old', id FROM entries WHERE slug = 'cafe'")

    assert ask(filled, f"{CAFE}?utm_source=x#top").json["title"] == "Café"
    assert ask(filled, f"{SITE}/catalog/sessions/old").json["title"] == "Café"


def test_what_was_withdrawn_is_not_embedded(filled: Catalog) -> None:
    filled.conn.execute("UPDATE entries SET published_at = NULL, withdrawn_at = programme_now() WHERE slug = 'cafe'")

    assert ask(filled, CAFE).status_code == 410


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("url=", 422),
        (f"url={CAFE}&format=yaml", 501),
        (f"url={CAFE}&maxwidth=0", 422),
        (f"url={CAFE}&maxheight=tall", 422),
        (f"url={CAFE}&color=red", 422),
        (f"url={CAFE}&dnt=1", 200),
    ],
)
def test_wrong_questions_are_refused(filled: Catalog, query: str, status: int) -> None:
    assert filled.client.get(f"/catalog/oembed?{query}").status_code == status


def test_other_sites_may_ask_from_their_pages(filled: Catalog) -> None:
    response = filled.client.get(f"/catalog/oembed?url={CAFE}", headers={"Origin": "https://blog.example.org"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
