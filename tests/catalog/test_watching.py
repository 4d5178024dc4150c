"""Pages of recordings, and comments that are sent from pages."""

from typing import Any

import pytest

from services.catalog.recordings.players import find_player
from services.catalog.scheduling.jobs import hold_ended_sessions
from tests.catalog.catalog import Catalog
from tests.catalog.pages import HOSTILE, SITE, read
from tests.catalog.staff_requests import call
from tests.web_client import WebResponse

FILE = {
    "url": "https://media.example.org/cafe.mp4?quality=high",
    "duration": "PT1H30M",
    "captions_url": "https://captions.example.org:8443/cafe.vtt",
    "transcript_url": "https://media.example.org/cafe.txt",
}
ANNOUNCEMENT = "/catalog/announcements/free"


@pytest.fixture
def held(filled: Catalog) -> Catalog:
    """The small programme after the café."""
    filled.set_time("2017-04-06T14:30:01-05:00")
    hold_ended_sessions()
    return filled


def publish(catalog: Catalog, **recording: Any) -> None:
    assert catalog.act("cafe/recording", recording).status_code == 200


def media_policy(response: WebResponse) -> str | None:
    """From where the page may load media; None where from nowhere."""
    parts = (part.partition(" ") for part in response.headers["Content-Security-Policy"].split("; "))
    return next((sources for name, _, sources in parts if name == "media-src"), None)


def test_a_recording_is_played_from_where_it_is_and_from_nowhere_else(held: Catalog) -> None:
    publish(held, **FILE)
    response = held.client.get("/catalog/recordings/cafe")
    page = read(held, "/catalog/recordings/cafe")

    assert media_policy(response) == "https://media.example.org https://captions.example.org:8443"
    assert page.xpath("//video/@src") == [FILE["url"]]
    assert page.xpath("//video/@crossorigin") == ["anonymous"]
    assert page.xpath("//video/track/@src") == [FILE["captions_url"]]
    assert page.xpath("//a[.='Read the transcript']/@href") == [FILE["transcript_url"]]
    assert "1 hour 30 minutes" in page.text_content()
    assert media_policy(held.client.get("/catalog/sessions/cafe")) is None
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{SITE}/catalog/recordings/cafe"]
    assert '"VideoObject"' in response.text


def test_a_recording_on_a_platform_is_linked(held: Catalog) -> None:
    publish(held, url="https://video.example.org/watch?v=1", duration="PT1H")
    page = read(held, "/catalog/recordings/cafe")

    assert page.xpath("//video | //audio") == []
    [link] = page.xpath("//a[@class='action main']")
    assert (link.get("href"), link.text) == ("https://video.example.org/watch?v=1", "Watch at video.example.org")


@pytest.mark.parametrize(
    ("url", "element"),
    [
        ("https://a.example/x.webm", "video"),
        ("http://a.example:81/x.MP3", "audio"),
        ("https://a.example/x", None),
        ("https://a.example/x.html", None),
        ("https://user@a.example/x.mp4", None),
        ("https://a.example;script-src *.example/x.mp4", None),
        ("https://[::1]/x.mp4", None),
        ("https://a.example:x/x.mp4", None),
    ],
)
def test_what_could_not_stand_in_a_policy_is_not_played(url: str, element: str | None) -> None:
    player = find_player({"url": url, "captions_url": None}, public_url=SITE)

    assert (player.element if player else None) == element


@pytest.mark.parametrize("path", ["/catalog/recordings/cafe", "/catalog/recordings/no"])
def test_without_a_recording_there_is_no_page(held: Catalog, path: str) -> None:
    assert held.client.get(path).status_code == 404


def test_a_recording_under_a_former_slug_leads_on(held: Catalog) -> None:
    publish(held, **FILE)
    held.conn.execute("INSERT INTO former_slugs SELECT kind, 'old', id FROM entries WHERE slug = 'cafe'")
    response = held.client.get("/catalog/recordings/old")

    assert (response.status_code, response.headers["Location"]) == (308, "/catalog/recordings/cafe")


def say(catalog: Catalog, path: str, body: str = "This *helped* us.", **headers: str) -> WebResponse:
    sent = {name.replace("_", "-"): value for name, value in {"Sec_Fetch_Site": "same-origin", **headers}.items()}
    return catalog.client.post(f"{path}/comments", data={"author": "Zoë", "body": body}, headers=sent)


@pytest.mark.parametrize(("path", "kind"), [(ANNOUNCEMENT, "announcement"), ("/catalog/sessions/cafe", "session")])
def test_a_comment_waits_and_is_shown_once_it_is_approved(held: Catalog, path: str, kind: str) -> None:
    sent, again = say(held, path), say(held, path)

    assert (sent.status_code, sent.headers["Location"]) == (303, f"{path}/comments")
    assert again.status_code == 303
    assert "will appear once it has been approved" in read(held, f"{path}/comments").text_content()
    assert "helped" not in held.client.get(path).text
    [waiting] = (call(held, "GET", "/comments").json or {})["items"]
    assert (waiting["kind"], waiting["session"]) == (kind, path.rpartition("/")[2])

    assert call(held, "POST", f"/comments/{waiting['id']}/approve").status_code == 200
    page = read(held, path)
    assert page.xpath("//section[@id='comments']//em/text()") == ["helped"]
    assert page.xpath("//section[@id='comments']//strong/text()") == ["Zoë"]


def test_what_is_missing_is_said_at_its_field_and_what_was_written_stays(held: Catalog) -> None:
    response = say(held, ANNOUNCEMENT, body=" ")

    assert (response.status_code, response.headers["Cache-Control"]) == (422, "no-store")
    assert 'href="#body"' in response.text
    assert 'value="Zoë"' in response.text
    assert 'value="Zoë"' not in held.client.get(ANNOUNCEMENT).text


def test_no_other_site_sends_a_comment(held: Catalog) -> None:
    assert say(held, ANNOUNCEMENT, Sec_Fetch_Site="cross-site").status_code == 403


def test_a_comment_on_what_is_not_there_is_a_404(held: Catalog) -> None:
    assert say(held, "/catalog/announcements/no").status_code == 404


def test_a_comment_is_text(held: Catalog) -> None:
    say(held, ANNOUNCEMENT, body=HOSTILE)
    [waiting] = (call(held, "GET", "/comments").json or {})["items"]
    call(held, "POST", f"/comments/{waiting['id']}/approve")

    page = read(held, ANNOUNCEMENT)
    assert page.xpath("//script[not(@src)]/@type") == ["application/ld+json"]
