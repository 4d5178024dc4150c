"""The pages of the catalog in a browser."""

import re

import extruct
import pytest
from lxml import html

from services.catalog.scheduling.jobs import hold_ended_sessions
from tests.catalog.catalog import Catalog
from tests.catalog.pages import HOSTILE, SITE, read
from tests.catalog.programs import JOIN_URL, changed

PAGES = [
    "/catalog/",
    "/catalog/initiatives/models",
    "/catalog/series/large",
    "/catalog/sessions/cafe",
    "/catalog/sessions/workshop",
    "/catalog/announcements/free",
    "/catalog/organizations/ncdd",
    "/catalog/?q=tables",
    "/catalog/?topic=dialogue",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_is_and_where(filled: Catalog, path: str) -> None:
    page = read(filled, path)

    assert page.xpath("/html/@lang") == ["en"]
    assert page.xpath("//title")[0].text_content().endswith(" · Convene")
    assert page.xpath("//meta[@name='description']/@content")[0]
    assert page.xpath("//link[@rel='canonical']/@href") == [SITE + path.partition("?")[0]]
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1
    assert page.xpath("//link[@type='application/atom+xml']/@href")[0] == f"{SITE}/catalog/announcements.atom"
    assert JOIN_URL not in html.tostring(page, encoding="unicode")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_nothing_from_elsewhere_and_runs_nothing_of_what_stands_in_it(filled: Catalog, path: str) -> None:
    response = filled.client.get(path)
    page = read(filled, path)

    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'")
    assert "unsafe" not in policy
    assert page.xpath("//script[not(@src)]/@type") == ["application/ld+json"]
    assert not page.xpath("//@style | //style | //iframe")
    loaded = page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //script/@src | //img/@src")
    assert all(address.startswith("/catalog/static/") for address in loaded)


def test_what_a_page_loads_may_be_kept_for_ever(filled: Catalog) -> None:
    [style, *_] = read(filled, "/catalog/").xpath("//link[@rel='stylesheet']/@href")
    response = filled.client.get(style)
    other = filled.client.get(re.sub("static/[0-9a-f]+/", "static/000000/", style))

    assert (response.status_code, response.mimetype) == (200, "text/css")
    assert "immutable" in response.headers["Cache-Control"]
    assert "url(" not in response.text
    assert (other.status_code, "immutable" in other.headers["Cache-Control"]) == (200, False)


@pytest.mark.parametrize("name", ["nothing.css", "../pages.py", "..%2f..%2fapp.py", "vendor"])
def test_what_is_no_file_of_a_pages_is_not_given(catalog: Catalog, name: str) -> None:
    assert catalog.client.get(f"/catalog/static/-/{name}").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_every_link_into_the_catalog_that_a_page_shows_leads_to_a_page(filled: Catalog, path: str) -> None:
    shown = read(filled, path).xpath("//main//a/@href | //header//a/@href")
    inner = [
        address.removeprefix(SITE) for address in shown if re.match(rf"{SITE}/catalog/([a-z]+/[a-z-]+)?$", address)
    ]

    assert inner
    for address in inner:
        assert filled.client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("path", "trail"),
    [
        ("/catalog/sessions/cafe", ["Catalog", "Models", "Large"]),
        ("/catalog/sessions/overview", ["Catalog", "Models"]),
        ("/catalog/series/large", ["Catalog", "Models"]),
        ("/catalog/announcements/free", ["Catalog", "Models"]),
        ("/catalog/organizations/ncdd", ["Catalog"]),
    ],
)
def test_breadcrumbs_lead_back(filled: Catalog, path: str, trail: list[str]) -> None:
    assert read(filled, path).xpath("//nav[@aria-label='Breadcrumbs']//a/text()") == trail


def test_a_session_tells_when_where_with_whom_and_whether_one_can_register(filled: Catalog) -> None:
    page = read(filled, "/catalog/sessions/cafe")
    facts = {fact.xpath("string(dt)"): " ".join(fact.xpath("string(dd)").split()) for fact in page.xpath("//dl[1]/div")}

    assert facts == {
        "When": "Thursday, April 6, 2017, 1:00 PM to 2:30 PM CDT",
        "Where": "Online, Zoom",
        "Format": "Webinar, 1.5 contact hours",
        "Series": "Large, 1 of 2",
        "With": "NCDD (facilitator)",
        "Price": "Free",
        "Registration": "Open, 120 seats left",
        "Library type": "Public",
        "Topic": "Dialogue",
    }
    assert page.xpath("//time/@datetime") == ["2017-04-06T13:00:00-05:00"]
    assert page.xpath("//main//em/text()") == ["small"]


def test_only_a_session_with_an_exact_time_has_a_calendar_entry(filled: Catalog) -> None:
    exact, uncertain = (read(filled, f"/catalog/sessions/{slug}") for slug in ("cafe", "workshop"))

    assert exact.xpath("//link[@type='text/calendar']/@href") == [f"{SITE}/catalog/sessions/cafe.ics"]
    assert not uncertain.xpath("//link[@type='text/calendar']")
    assert "June 2017" in uncertain.text_content()


def test_open_graph_is_read_by_others(filled: Catalog) -> None:
    [found] = extruct.extract(filled.client.get("/catalog/sessions/cafe").text, syntaxes=["opengraph"])["opengraph"]

    said = dict(found["properties"])
    assert said["og:title"] == "Café"
    assert said["og:url"] == f"{SITE}/catalog/sessions/cafe"
    assert said["og:description"] == "Tables."
    picture = filled.client.get(said["og:image"].removeprefix(SITE))
    assert (picture.status_code, picture.mimetype) == (200, "image/png")


def test_the_catalogs_page_shows_what_is_to_come_and_no_more_than_that(filled: Catalog) -> None:
    before = read(filled, "/catalog/").xpath("//section[1]//h3/a/text()")
    filled.set_time("2017-05-01T14:30:01-05:00")
    hold_ended_sessions()
    after = read(filled, "/catalog/").xpath("//section[1]//h3/a/text()")

    assert before == ["Overview", "Café", "Change", "Workshop"]
    assert after == ["Workshop"]


def test_an_organization_shows_the_sessions_in_which_it_has_a_part(filled: Catalog) -> None:
    assert read(filled, "/catalog/organizations/ncdd").xpath("//h3/a/text()") == ["Café"]


def test_a_series_is_a_path_that_tells_what_counts_and_where_it_leads(filled: Catalog) -> None:
    page = read(filled, "/catalog/series/large")

    assert page.xpath("//ol[@class='path']/li//h3//text()") == [
        "Café",
        "Change",
        "You have completed the series",
        "Workshop",
    ]
    assert page.xpath("//li[contains(@class, 'step')]//span[@class='tag']/text()") == ["Counts toward completion"] * 2
    assert "sessions that count, live or by recording." in page.text_content()
    assert "a certificate and an invitation to the workshop." in page.text_content()
    assert page.xpath("//a[@class='action main']/@href") == ["/registration/series/large"]


def test_a_cancelled_session_says_so(filled: Catalog) -> None:
    filled.act("cafe/cancel")

    assert read(filled, "/catalog/sessions/cafe").xpath("//h1/strong/text()") == ["Canceled"]


def test_whatever_people_write_is_text(catalog: Catalog) -> None:
    document = changed("cafe", title=HOSTILE, summary=HOSTILE, description=HOSTILE)
    document["announcements"][0] |= {"title": HOSTILE, "summary": HOSTILE, "body": HOSTILE}
    document["organizations"][0]["name"] = HOSTILE
    document["initiative"]["title"] = HOSTILE
    catalog.take_in(document)

    for path in PAGES:
        page = read(catalog, path)
        assert page.xpath("//script[not(@src)]/@type") == ["application/ld+json"], path
        assert not page.xpath("//b")
    assert read(catalog, "/catalog/sessions/cafe").xpath("string(//title)") == f"{HOSTILE} · Convene"


@pytest.mark.parametrize("path", [f"{path.rpartition('/')[0]}/no" for path in PAGES[1:7]])
def test_what_is_not_there_is_a_404(filled: Catalog, path: str) -> None:
    assert filled.client.get(path).status_code == 404


def test_what_was_withdrawn_is_gone(filled: Catalog) -> None:
    filled.conn.execute("UPDATE entries SET published_at = NULL, withdrawn_at = programme_now() WHERE slug = 'cafe'")

    assert filled.client.get("/catalog/sessions/cafe").status_code == 410


def test_what_changed_its_slug_is_found_under_the_present_one(filled: Catalog) -> None:
    filled.conn.execute("INSERT INTO former_slugs SELECT kind, 'old', id FROM entries WHERE slug = 'cafe'")

    response = filled.client.get("/catalog/sessions/old")

    assert (response.status_code, response.headers["Location"]) == (308, "/catalog/sessions/cafe")


def test_a_page_is_not_sent_again_to_whoever_has_it(filled: Catalog) -> None:
    first = filled.client.get("/catalog/sessions/cafe")
    same = filled.client.get("/catalog/sessions/cafe", headers={"If-None-Match": first.headers["ETag"]})
    filled.take_in(changed("cafe", title="Coffee"))
    other = filled.client.get("/catalog/sessions/cafe", headers={"If-None-Match": first.headers["ETag"]})

    assert (same.status_code, other.status_code) == (304, 200)


def test_what_others_added_to_an_address_is_ignored(filled: Catalog) -> None:
    assert filled.client.get("/catalog/sessions/cafe?utm_source=mail").status_code == 200


def test_documents_lead_to_pages(filled: Catalog) -> None:
    for path in (
        "/sessions/cafe",
        "/series/large",
        "/initiatives/models",
        "/announcements/free",
        "/organizations/ncdd",
    ):
        links = filled.show(path)["links"]
        assert (links["self"], links["page"]) == (f"{SITE}/catalog/v1{path}", f"{SITE}/catalog{path}")
    vocabulary = filled.show("/vocabularies/topic")["links"]
    assert vocabulary["page"] == vocabulary["self"]


def test_an_empty_catalog_has_a_page(catalog: Catalog) -> None:
    assert "No sessions are planned" in read(catalog, "/catalog/").text_content()
