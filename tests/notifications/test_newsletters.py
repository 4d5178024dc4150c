"""The newsletter: written in Markdown, filled from the catalog, sent once to each who wants it, kept to be read."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import feedparser
import pytest

from services.notifications.newsletters import domain as newsletters
from services.notifications.newsletters import issue_contents
from services.notifications.newsletters.plain_text import render_plain
from shared import signed_links
from shared.events import catalog
from tests.notifications.desk import Desk
from tests.notifications.mails import html_of, text_of
from tests.notifications.samples import STARTS, a_recording, a_session
from tests.web_client import WebClient

PATH, ARCHIVE = "/notifications/v1/newsletters", "/notifications/archive"
ANN, BO = "ann@library.example", "bo@library.example"
BEFORE = datetime(2017, 2, 1, tzinfo=UTC)


def write(client: WebClient, body: str = "**Come** all.", **wanted: Any) -> str:
    """A draft; where it is."""
    made = client.post(PATH, json={"subject": "Free training", "body": body, **wanted})
    assert made.status_code == 201, made.json
    return f"{PATH}/{made.json['id']}"


def an_announcement(**changes: Any) -> catalog.Announcement:
    announcement = catalog.Announcement(
        id=uuid4(),
        revision=1,
        slug="free-training",
        title="Free Training for Libraries",
        summary="Four sessions are open.",
        body="We *invite* you.\n\n- one\n- two\n",
        published_at=BEFORE,
        terms={"library_type": ["public"], "topic": ["dialogue"]},
        page_url="http://localhost:8080/catalog/announcements/free-training",
    )
    return replace(announcement, **changes)


def letters(desk: Desk, kind: str = "newsletter") -> dict[str, EmailMessage]:
    """Those of this kind that are due, by whom they go to."""
    return {
        str(mail["To"]).partition("<")[2].strip(">") or str(mail["To"]): mail
        for mail, name, row in zip(desk.mails(), desk.kinds(), desk.rows(), strict=True)
        if name == kind and row["state"] == "queued"
    }


def test_an_issue_goes_to_every_reader_and_to_nobody_else(desk: Desk) -> None:
    desk.subscribe(ANN, "Ann Ünal")
    desk.leave(desk.subscribe("left@library.example"))
    desk.subscribe("gone@library.example")
    desk.conn.execute("INSERT INTO suppressions (email, reason) VALUES ('gone@library.example', 'bounce')")
    desk.sign_up("asked@library.example")

    desk.publish(desk.issue("**Come** all."))
    desk.subscribe("later@library.example")
    desk.work()

    [mail] = letters(desk).values()
    assert mail["To"] == "Ann Ünal <ann@library.example>"
    assert "Come all." in text_of(mail)
    assert "<strong>Come</strong> all." in html_of(mail)


def test_an_issue_has_the_headers_of_a_list_and_links_that_are_the_readers_own(desk: Desk) -> None:
    readers = {email: desk.subscribe(email) for email in (ANN, BO)}
    desk.publish(issue := desk.issue())

    mails = letters(desk)

    assert mails.keys() == readers.keys()
    for email, mail in mails.items():
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-ID"] == "<newsletter.ala.example>"
        leave = str(mail["List-Unsubscribe"]).strip("<>")
        assert leave in text_of(mail)
        assert leave in html_of(mail)
        token = leave.rpartition("/")[2]
        assert signed_links.verify(desk.settings, "unsubscribe", token) == f"{readers[email].id} {issue.id}"
        assert ".invalid" not in text_of(mail) + html_of(mail)


def test_readers_are_not_watched(desk: Desk) -> None:
    desk.subscribe(ANN)
    desk.publish(desk.issue("See [the page](https://ala.example/page) and ![a picture](https://ala.example/p.png)."))

    html = html_of(letters(desk)[ANN])

    assert 'href="https://ala.example/page"' in html  # itself, and not by way of us
    assert not re.search(r"<img|background=|url\(|@import|<link|<script", html)


@pytest.mark.parametrize(
    ("wants", "issue", "comes"),
    [
        ({}, {}, True),
        ({"library_types": ["public"]}, {"library_types": ["public", "school"]}, True),
        ({"library_types": ["academic"]}, {"library_types": ["public"]}, False),
        ({}, {"library_types": ["public"], "topics": ["dialogue"]}, True),
        ({"topics": ["literacy"]}, {"topics": ["dialogue"]}, False),
        ({"library_types": ["public"], "topics": ["literacy"]}, {"library_types": ["public"], "topics": ["x"]}, False),
        ({"topics": ["literacy"]}, {}, True),
    ],
)
def test_an_issue_reaches_those_who_want_to_hear_of_it(
    desk: Desk, client: WebClient, wants: dict[str, Any], issue: dict[str, Any], comes: bool
) -> None:
    desk.subscribe(ANN, **wants)
    draft = desk.issue(**issue)

    assert client.get(f"{PATH}/{draft.id}/progress").json["readers"] == int(comes)
    desk.publish(draft)

    assert bool(letters(desk)) is comes


def test_blocks_are_filled_from_the_catalog(desk: Desk) -> None:
    desk.pass_to(BEFORE)
    soon = a_session(summary="A way to talk.", terms={"library_type": ["public"]})
    seen = a_session(slug="seen", title="Seen <b>already</b>", status="held", when=replace(soon.when, starts_at=BEFORE))
    other = a_session(slug="other", title="Other", terms={"library_type": ["academic"]})
    desk.receive(
        *[catalog.SessionPublished(session=session) for session in (soon, seen, other)],
        a_recording(seen, published_at=BEFORE - timedelta(days=3)),
        catalog.AnnouncementPublished(announcement=an_announcement(published_at=BEFORE - timedelta(days=60))),
    )
    desk.subscribe(ANN)

    blocks = "[[upcoming-sessions library_type=public]]\nand watch\n[[new-recordings]]\n[[announcements]]"
    desk.publish(desk.issue(f"# Come\n\n{blocks}"))

    mail = letters(desk)[ANN]
    text, html = text_of(mail).replace("\r\n", "\n"), html_of(mail)
    assert "World Café\nThursday, April 6, 2017, 1:00–2:30 PM CDT\nA way to talk.\nhttp://localhost:8080/" in text
    assert "Seen <b>already</b>\nRecording, 1 h 28 min\n" in text
    assert "Other" not in text
    assert "Free Training" not in text  # 60 days ago
    assert "Seen &lt;b&gt;already&lt;/b&gt;" in html
    assert html.index("World Café") < html.index("and watch") < html.index("Recording, 1 h 28 min")


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("[[upcoming]]", "Line 2: there is no such block"),
        ("[[announcements series=x]]", "does not take series"),
        ("[[new-recordings limit=99]]", "limit must be a number from 1 to 20"),
        ("[[new-recordings days=x]]", "days must be a number"),
        ("[[new-recordings", "there is no such block"),
    ],
)
def test_a_block_that_cannot_be_understood_is_refused_with_its_line(
    client: WebClient, desk: Desk, block: str, says: str
) -> None:
    refused = client.post(PATH, json={"subject": "Free training", "body": f"Hello\n{block}\n"})

    assert refused.status_code == 422
    assert says in refused.json["errors"]["body"][0]


def test_nothing_active_survives_in_an_issue(desk: Desk) -> None:
    desk.subscribe(ANN)
    desk.publish(
        desk.issue("<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n<mj-raw>{{ 7 * 7 }}</mj-raw> @@content@@")
    )

    html = html_of(letters(desk)[ANN])

    assert not re.search(r"<script|href=.javascript|<mj-raw|49", html)


def test_an_issue_is_previewed_tested_changed_and_sent(desk: Desk, client: WebClient) -> None:
    desk.subscribe(ANN)
    where = write(client)
    shown = client.get(where)

    assert "Come all." in client.get(f"{where}/preview").json["text"]
    assert "hidden" in client.get(f"{where}/preview").json["html"]
    assert client.post(f"{where}/test", json={"email": "Staff@ala.example"}).status_code == 202
    test = letters(desk, "newsletter-test")["staff@ala.example"]
    assert test["Subject"] == "[Test] Free training"

    changed = client.patch(where, json={"body": "Do come."}, headers={"If-Match": shown.headers["ETag"]})
    stale = client.patch(where, json={"body": "No."}, headers={"If-Match": shown.headers["ETag"]})
    assert (changed.status_code, stale.status_code) == (200, 412)

    later = client.post(f"{where}/schedule", json={"send_at": "2100-01-01T00:00:00Z"})
    desk.work()
    assert (later.json["state"], letters(desk)) == ("scheduled", {})
    assert client.post(f"{where}/schedule", json={}).json["state"] == "scheduled"
    desk.work()
    assert client.get(where).json["state"] == "sending"
    assert "Do come." in text_of(letters(desk)[ANN])
    refused = client.patch(where, json={"body": "Too late."}, headers={"If-Match": client.get(where).headers["ETag"]})
    assert (refused.status_code, refused.json["state"]) == (409, "sending")
    actions = [entry["action"] for entry in client.get("/notifications/v1/audit").json["items"]]
    assert actions[::-1] == [f"newsletter.{act}" for act in ("create", "test", "change", "schedule", "schedule")]


def test_what_an_issue_says_is_fixed_when_it_begins(desk: Desk) -> None:
    desk.pass_to(BEFORE)
    session = a_session()
    desk.receive(catalog.SessionPublished(session=session))
    desk.subscribe(ANN)
    desk.publish(desk.issue("[[upcoming-sessions]]"))

    desk.receive(catalog.SessionUpdated(session=replace(session, revision=2, title="Another name")))

    assert "World Café" in text_of(letters(desk)[ANN])


def test_an_issue_that_cannot_be_written_is_a_draft_again_and_keeps_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.subscribe(ANN)
    issue, other = desk.issue(), desk.issue("Fine.", slug="other")
    newsletters.send_test(desk.conn, issue, "staff@ala.example")
    fill = issue_contents.fill

    def fail(conn: Any, body: str) -> Any:
        if body == issue.body:
            raise RuntimeError
        return fill(conn, body)

    monkeypatch.setattr(issue_contents, "fill", fail)
    desk.publish(issue)
    desk.publish(other)

    assert newsletters.find(desk.conn, issue.id).state == "draft"
    assert desk.due() == ["newsletter-test", "newsletter"]


def test_two_issues_with_one_slug_are_refused_and_a_draft_can_be_deleted(desk: Desk, client: WebClient) -> None:
    where = write(client)

    assert client.get(where).json["slug"] == "free-training"
    assert client.post(PATH, json={"subject": "Free training"}).status_code == 409
    other = write(client, slug="another")
    tag = {"If-Match": client.get(other).headers["ETag"]}
    assert client.patch(other, json={"slug": "free-training"}, headers=tag).status_code == 409
    assert client.post(f"{write(client, '', slug='empty')}/schedule", json={}).status_code == 422
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404
    assert client.get(PATH, query_string={"limit": 1}).json["items"][0]["slug"] == "empty"


def test_an_announcement_becomes_an_issue_with_one_call(desk: Desk, client: WebClient) -> None:
    desk.receive(catalog.AnnouncementPublished(announcement=an_announcement()))

    made = client.post(f"{PATH}/announcements/free-training")
    again = client.post(f"{PATH}/announcements/free-training")

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json == again.json
    assert (made.json["subject"], made.json["library_types"]) == ("Free Training for Libraries", ["public"])
    text = client.get(f"{PATH}/{made.json['id']}/preview").json["text"]
    assert "We invite you.\n\n- one\n\n- two\n\nRead more (http://localhost:8080/" in text
    withdrawn = catalog.AnnouncementWithdrawn(announcement=an_announcement(slug="gone"))
    desk.receive(withdrawn)
    assert client.post(f"{PATH}/announcements/gone").status_code == 404


def test_an_issue_is_paused_resumed_and_cancelled(desk: Desk, client: WebClient) -> None:
    for email in (ANN, BO):
        desk.subscribe(email)
    desk.publish(issue := desk.issue())
    where = f"{PATH}/{issue.id}"

    def waiting() -> list[bool]:
        return [row["next_attempt_at"] is not None for row in desk.rows() if row["state"] == "queued"]

    assert client.post(f"{where}/pause").json["state"] == "paused"
    desk.work()
    assert waiting() == [False, False]
    assert client.post(f"{where}/pause").status_code == 409
    assert client.post(f"{where}/resume").json["state"] == "sending"
    desk.work()
    assert waiting() == [True, True]
    desk.conn.execute("UPDATE messages SET state = 'sent', sent_at = now() WHERE recipient = %s", [ANN])
    assert client.post(f"{where}/cancel").json["state"] == "cancelled"
    desk.work()

    progress = client.get(f"{where}/progress").json
    assert (progress["sent"], progress["superseded"], progress["waiting"]) == (1, 1, 0)
    assert client.get(f"/notifications/v1/messages?recipient={BO}").json["items"][0]["reason"] == (
        "the issue was cancelled"
    )


def test_a_scheduled_issue_that_is_cancelled_is_a_draft_again(desk: Desk, client: WebClient) -> None:
    where = write(client)
    client.post(f"{where}/schedule", json={})

    assert client.post(f"{where}/cancel").json["state"] == "draft"
    desk.work()
    assert desk.rows() == []


def test_progress_counts_what_became_of_an_issues_mails(desk: Desk, client: WebClient) -> None:
    readers = [desk.subscribe(email) for email in (ANN, BO, "cy@library.example")]
    desk.publish(issue := desk.issue())
    where = f"{PATH}/{issue.id}"
    assert client.get(f"{where}/progress").json["waiting"] == 3
    desk.conn.execute("UPDATE messages SET state = 'sent', sent_at = now()")

    client.post("/notifications/v1/bounces", json={"bounces": [{"email": BO, "kind": "bounce"}]})
    token = signed_links.sign(desk.settings, "unsubscribe", f"{readers[0].id} {issue.id}")
    client.post(f"/notifications/v1/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})

    progress = client.get(f"{where}/progress").json
    assert (progress["state"], progress["complete"], progress["due"]) == ("sent", True, 3)
    assert (progress["sent"], progress["bounced"], progress["unsubscribed"]) == (3, 1, 1)


def test_who_leaves_before_it_is_sent_does_not_get_it(desk: Desk) -> None:
    reader = desk.subscribe(ANN)
    desk.publish(desk.issue())

    desk.leave(reader)

    assert desk.due() == ["subscription-ended"]


def test_a_later_issue_does_not_overtake_an_earlier_one(desk: Desk) -> None:
    desk.subscribe(ANN)
    for slug in ("one", "two"):
        desk.publish(desk.issue(slug=slug))

    assert desk.due() == ["newsletter", "newsletter"]


def test_readers_are_reached_batch_by_batch_and_each_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.notifications.fanout.domain.BATCH", 2)
    for number in range(5):
        desk.subscribe(f"reader{number}@library.example")
    desk.publish(desk.issue())

    desk.conn.execute("UPDATE newsletters SET reached = 0, fanned_out_at = NULL")  # as if it had been forgotten
    desk.work()

    assert [row["recipient"] for row in desk.rows()] == [f"reader{number}@library.example" for number in range(5)]


def test_issues_are_kept_for_anybody_to_read_unless_they_are_not_to_be(desk: Desk, client: WebClient) -> None:
    del client.environ_base["HTTP_AUTHORIZATION"]
    assert "No issues have been sent yet." in client.get(ARCHIVE).text
    desk.publish(desk.issue("**Come.**", slug="first", subject="First & last"))
    desk.publish(desk.issue("Secret.", slug="second", archived=False))
    desk.issue("Draft.", slug="third")

    overview, issue = client.get(ARCHIVE), client.get(f"{ARCHIVE}/first")
    feed = feedparser.parse(client.get(f"{ARCHIVE}/feed.atom").data)

    assert "First &amp; last" in overview.text
    assert "second" not in overview.text
    assert "<strong>Come.</strong>" in issue.text
    assert ".invalid" not in issue.text
    assert [client.get(f"{ARCHIVE}/{slug}").status_code for slug in ("second", "third", "none")] == [404] * 3
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["First & last"]
    assert feed.entries[0].link == "http://localhost:8080/notifications/archive/first"
    assert "Come." in feed.entries[0].content[0].value


MONDAY = datetime(2017, 4, 10, 13, tzinfo=UTC)


def test_a_digest_tells_each_who_chose_it_what_is_new_for_them(desk: Desk) -> None:
    desk.pass_to(MONDAY - timedelta(days=3))
    desk.receive(
        catalog.SessionPublished(
            session=a_session(when=replace(a_session().when, starts_at=MONDAY + timedelta(days=9)))
        ),
        catalog.AnnouncementPublished(
            announcement=an_announcement(published_at=MONDAY - timedelta(days=2), title="For public libraries")
        ),
    )
    desk.conn.execute("UPDATE sessions SET known_since = %s", [MONDAY - timedelta(days=1)])
    desk.subscribe(ANN, digest=True)
    desk.subscribe(BO, digest=True, library_types=["academic"])
    desk.subscribe("cy@library.example")

    desk.pass_to(MONDAY + timedelta(minutes=1))
    desk.work()

    mails = letters(desk, "digest")
    assert mails.keys() == {ANN, BO}
    assert mails[ANN]["Subject"] == "New this week, April 10, 2017"
    assert "For public libraries" in text_of(mails[ANN])
    assert "World Café" in text_of(mails[ANN])
    assert "For public libraries" not in text_of(mails[BO])
    assert "World Café" in text_of(mails[BO])
    assert mails[ANN]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_nothing_new_no_mail(desk: Desk) -> None:
    desk.subscribe(ANN, digest=True)
    desk.pass_to(MONDAY)
    desk.work()
    assert desk.rows() == []

    desk.receive(catalog.AnnouncementPublished(announcement=an_announcement(published_at=MONDAY)))
    desk.subscribe(BO, digest=True, library_types=["academic"])
    desk.work()
    assert desk.rows() == []  # not before next Monday

    desk.pass_to(MONDAY + timedelta(days=7))
    desk.work()
    assert desk.due() == ["digest"]  # nothing of it is for Bo
    desk.pass_to(MONDAY + timedelta(days=14))
    desk.work()
    assert desk.kinds() == ["digest", "digest"]


def test_a_session_is_news_once(desk: Desk) -> None:
    desk.subscribe(ANN, digest=True)
    session = a_session(when=replace(a_session().when, starts_at=STARTS + timedelta(days=900)))
    desk.pass_to(MONDAY - timedelta(days=1))
    desk.receive(catalog.SessionPublished(session=session))
    desk.conn.execute("UPDATE sessions SET known_since = %s", [MONDAY - timedelta(days=1)])
    desk.pass_to(MONDAY)
    desk.work()
    desk.receive(catalog.SessionUpdated(session=replace(session, revision=2)))
    desk.pass_to(MONDAY + timedelta(days=7))
    desk.work()

    assert desk.kinds() == ["digest"]


def test_markdown_reads_well_as_plain_text() -> None:
    text = render_plain("# Hello *you*\n\nSee [us](https://a.example).\n\n1. one\n   - inner\n2. two\n\n> said\n> so\n")

    assert text == "Hello you\n\nSee us (https://a.example).\n\n1. one\n\n   - inner\n\n2. two\n\n> said so"
