"""Files that programs look for at the root of a site: robots.txt, security.txt and the icon."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest

from services.catalog.settings import CatalogSettings
from services.catalog.well_known import public_pages
from shared import runtime
from tests.catalog.catalog import Catalog
from tests.catalog.programs import small
from tests.security.routes import access

SITE = "https://learning.example.org"


@pytest.fixture
def told(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site names two ways to tell of a hole."""
    contact = "mailto:security@ala.org https://www.ala.org/security"
    monkeypatch.setitem(vars(runtime.settings()), "security_contact", contact)


def fields(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (line.partition(": ") for line in text.splitlines()) if name]


def robots(catalog: Catalog) -> RobotFileParser:
    answer = catalog.client.get("/catalog/robots.txt")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    return parser


def test_security_txt_names_whom_to_tell_and_ends_in_the_future(catalog: Catalog, told: None) -> None:
    answer = catalog.client.get("/catalog/security.txt")
    found = fields(answer.text)

    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    assert [value for name, value in found if name == "Contact"] == [
        "mailto:security@ala.org",
        "https://www.ala.org/security",
    ]
    [expires] = [datetime.fromisoformat(value) for name, value in found if name == "Expires"]
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert ("Canonical", f"{SITE}/.well-known/security.txt") in found
    assert ("Preferred-Languages", "en") in found


def test_the_programmes_clock_does_not_move_its_end(catalog: Catalog, told: None) -> None:
    before = catalog.client.get("/catalog/security.txt").text
    catalog.set_time("2040-01-01T00:00:00Z")

    assert catalog.client.get("/catalog/security.txt").text == before


def test_where_nobody_is_named_there_is_no_security_txt(catalog: Catalog) -> None:
    assert catalog.client.get("/catalog/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["security@ala.org", "http://www.ala.org/security", "mailto:", "mailto:a@b c@d"])
def test_a_contact_that_no_program_can_open_does_not_start(contact: str) -> None:
    settings = CatalogSettings(
        environment="development",
        database_url="postgresql://x",
        broker_url="amqp://x",
        public_url=SITE,
        jwks="x",
        security_contact=contact,
    )

    assert any("SECURITY_CONTACT" in fault for fault in settings.problems())
    assert replace(settings, security_contact="mailto:security@ala.org tel:+1-312-944-6780").problems() == []


@pytest.mark.parametrize("contact", ["mailto:security@example.org", "https://www.ala.example/security"])
def test_production_names_nobody_who_is_not_there(contact: str) -> None:
    settings = CatalogSettings(
        database_url="postgresql://x",
        broker_url="amqp://x",
        public_url="https://learning.ala.org",
        jwks="https://login.ala.org/keys",
        jwt_issuer="https://login.ala.org",
        security_contact="https://www.ala.org/security tel:112",
    )

    assert settings.problems() == []
    assert any("SECURITY_CONTACT" in fault for fault in replace(settings, security_contact=contact).problems())


def test_robots_are_led_to_the_sitemap_and_to_all_that_it_names(catalog: Catalog) -> None:
    catalog.take_in(small())
    parser = robots(catalog)

    assert parser.site_maps() == [f"{SITE}/catalog/sitemap.xml"]
    named = re.findall(r"<loc>(.*?)</loc>", catalog.client.get("/catalog/sitemap.xml").text)
    assert named
    assert all(parser.can_fetch("Googlebot", address) for address in named)


def test_robots_are_kept_from_whatever_is_for_staff_or_for_whom_a_link_was_mailed(catalog: Catalog) -> None:
    """Checked for every route. The catalog's API is public, and its staff routes are between the public ones."""
    parser = robots(catalog)
    closed = [
        route.partition(" ")[2]
        for route, who in access().items()
        if who != "anybody" and route.startswith("GET ") and not route.startswith("GET /catalog/v1/")
    ]

    assert closed
    assert [path for path in closed if parser.can_fetch("Googlebot", SITE + re.sub("<.*", "x", path))] == []


def test_the_icon_is_one(catalog: Catalog) -> None:
    answer = catalog.client.get("/catalog/favicon.ico")

    assert (answer.status_code, answer.content_type) == (200, "image/x-icon")
    assert answer.data.startswith(b"\0\0\1\0")
    assert f"max-age={public_pages.DAY}" in answer.headers["Cache-Control"]


@pytest.mark.covers("ASVS 3.4.1")
@pytest.mark.parametrize("path", ["/catalog/robots.txt", "/catalog/", "/catalog/v1/sessions", "/catalog/nothing"])
def test_browsers_are_told_to_come_by_tls_where_the_site_does(catalog: Catalog, path: str) -> None:
    """Whatever the environment: development behind TLS too."""
    assert not runtime.settings().production
    assert catalog.client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"
