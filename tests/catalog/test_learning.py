"""The learning page: what readers find by words and filters, with the counts that the API tells."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.catalog.scheduling.jobs import hold_ended_sessions
from tests.catalog.catalog import Catalog
from tests.catalog.pages import HOSTILE, read
from tests.catalog.programs import changed, sample, small

SEEN = {"url": "https://video.example.org/cafe", "duration": "PT1H30M"}


def titles(page: Any) -> list[str]:
    return [title.text_content() for title in page.xpath("//div[@id='results']//li//h3/a")]


def counts(page: Any, name: str) -> dict[str, int]:
    """Return the counts of a filter, by its values."""
    found = page.xpath(f"//fieldset//label[input/@name='{name}']")
    return {one.xpath("input/@value")[0]: int(one.xpath(".//span[@class='number']/text()")[0]) for one in found}


def chosen(page: Any) -> dict[str, str]:
    """The filters that are chosen, with the addresses without them."""
    links = page.xpath("//ul[starts-with(@class, 'chosen')]/li[not(@class)]/a")
    return {link.text_content().removeprefix("Remove "): link.get("href") for link in links}


@pytest.mark.parametrize(
    "query",
    ["", "topic=dialogue", "library_type=academic&library_type=public", "format=webinar&topic=dialogue", "q=tables"],
)
def test_counts_are_those_of_the_api(filled: Catalog, query: str) -> None:
    told = filled.show(f"/sessions?facets=true&{query}")["facets"]
    page = read(filled, f"/catalog/?{query}")

    for name, options in told.items():
        assert counts(page, name) == {option["slug"]: option["count"] for option in options}


@pytest.mark.parametrize("name", ["format", "registration", "recorded", "series", "organization", "topic"])
def test_a_filter_finds_as_many_as_it_says(filled: Catalog, name: str) -> None:
    filled.set_time("2017-04-06T14:30:01-05:00")
    hold_ended_sessions()
    filled.act("cafe/recording", SEEN)
    told = counts(read(filled, "/catalog/"), name)

    assert told
    for value, count in told.items():
        assert len(titles(read(filled, f"/catalog/?{name}={value}"))) == count
        assert len(filled.slugs(f"/sessions?{name}={value}")) == count


def test_what_is_to_come_and_what_was_are_told_apart(filled: Catalog) -> None:
    filled.set_time("2017-04-07T00:00:00-05:00")
    hold_ended_sessions()
    page = read(filled, "/catalog/?library_type=public")

    assert [part.text_content().split()[0] for part in page.xpath("//div[@id='results']//h2")] == ["Coming", "Past"]
    assert titles(page) == ["Change", "Workshop", "Café", "Overview"]
    assert counts(page, "when") == {"coming": 2, "past": 2}
    assert titles(read(filled, "/catalog/?when=past")) == ["Café", "Overview"]
    assert titles(read(filled, "/catalog/?when=coming&when=past")) == titles(page)


def test_chosen_filters_are_taken_away_one_by_one(filled: Catalog) -> None:
    page = read(filled, "/catalog/?topic=dialogue&format=webinar&series=large&q=&utm_source=mail")

    assert chosen(page) == {
        "Topic: Dialogue": "/catalog/?format=webinar&series=large",
        "Format: Webinar": "/catalog/?topic=dialogue&series=large",
        "Series: Large": "/catalog/?topic=dialogue&format=webinar",
    }
    assert page.xpath("//input[@checked]/@value") == ["webinar", "dialogue", "large"]


def test_a_chosen_filter_that_finds_nothing_can_still_be_taken_away(filled: Catalog) -> None:
    page = read(filled, "/catalog/?topic=dialogue&format=workshop")

    assert titles(page) == []
    assert "No results match these filters" in page.text_content()
    assert {"workshop", "dialogue"} <= set(page.xpath("//input[@checked]/@value"))
    assert len(chosen(page)) == 2


def test_words_are_found_in_everything_and_marked(catalog: Catalog) -> None:
    catalog.client.post(
        "/catalog/v1/imports", data=sample(), headers=catalog.staff | {"Content-Type": "application/yaml"}
    )
    page = read(catalog, "/catalog/?q=dialogue")
    told = catalog.show("/search?q=dialogue")

    assert titles(page) == [item["title"] for item in told["items"]]
    assert {"Session", "Series", "News"} <= {kind.split(" ·")[0] for kind in page.xpath("//p[@class='kind']/text()")}
    assert page.xpath("//h3//mark/text()")[0] == "Dialogue"
    assert f"{told['total']} results" in " ".join(page.xpath("//p[@id='count']/text()"))


def test_words_and_filters_find_sessions_that_have_both(filled: Catalog) -> None:
    assert titles(read(filled, "/catalog/?q=large&format=workshop")) == []
    assert titles(read(filled, "/catalog/?q=change&topic=dialogue")) == ["Change"]
    assert titles(read(filled, "/catalog/?q=workshop&format=workshop")) == ["Workshop"]
    assert titles(read(filled, "/catalog/?q=cafe&when=past")) == []


def test_a_slip_is_corrected(filled: Catalog) -> None:
    page = read(filled, "/catalog/?q=overveiw")

    assert titles(page) == ["Overview"]
    assert "No results for “overveiw”." in page.text_content()


def test_what_cannot_be_looked_for_is_said_at_the_search(filled: Catalog) -> None:
    response = filled.client.get("/catalog/?q=-only")

    assert (response.status_code, response.headers["Cache-Control"]) == (422, "no-store")
    assert "Say what is to be found" in response.text
    assert 'value="-only"' in response.text


@pytest.mark.parametrize(
    "query", ["format=nothing", "topic=No+Slug", "when=now", "recorded=perhaps", "when=past&cursor=x"]
)
def test_what_no_filter_can_be_is_refused(filled: Catalog, query: str) -> None:
    assert filled.client.get(f"/catalog/?{query}").status_code == 422


def test_one_goes_on_through_a_long_list(catalog: Catalog) -> None:
    document = small()
    document["sessions"] += [
        {**document["sessions"][1], "slug": f"more-{n}", "title": f"More {n}", "registration": {"policy": "open"}}
        for n in range(45)
    ]
    catalog.take_in(document)
    address, seen = "/catalog/?format=webinar", []
    while address:
        page = read(catalog, address)
        seen += titles(page)
        found = page.xpath("//a[@data-more]/@href")
        address = found[0] if found else ""
        if address:
            assert dict(parse_qsl(urlsplit(address).query))["when"] == "coming"

    assert len(seen) == len(set(seen)) == 48


def test_what_a_reader_types_is_text(filled: Catalog) -> None:
    filled.take_in(changed("cafe", title=HOSTILE))
    for query in ({"q": HOSTILE}, {"topic": HOSTILE}, {"starts_after": HOSTILE}):
        response = filled.client.get("/catalog/", query_string=query)
        assert "<script>alert" not in response.text
        assert not re.search(r"<b>\s*(?!<)", response.text) or response.status_code == 422


def test_the_page_is_the_same_for_everybody_and_kept(filled: Catalog) -> None:
    first = filled.client.get("/catalog/?topic=dialogue")
    same = filled.client.get("/catalog/?topic=dialogue", headers={"HX-Request": "true", "Cookie": "a=b"})

    assert first.headers["ETag"] == same.headers["ETag"]
    assert first.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in first.headers
