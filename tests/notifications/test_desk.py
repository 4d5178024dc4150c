"""The pages on which staff look after mail: what they refuse, and what they show of whom."""

import io
from collections.abc import Callable

import pytest
from lxml import html

from shared.events.catalog import SessionPublished
from shared.http.signin import COOKIE
from tests.notifications.desk import Desk
from tests.notifications.samples import a_registration, a_session, confirmed
from tests.web_client import WebClient

HERE = {"Sec-Fetch-Site": "same-origin"}
STAFF = "/notifications/staff"
HEAD = "email,name,confirmed_at,given_from,wording\n"
GOOD = "ann@library.example,Ann,2016-11-01T10:00:00Z,old list,Yes please\n"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def staff(client: WebClient, staff_token: Callable[[str], str]) -> WebClient:
    client.set_cookie(COOKIE, staff_token("notifications:read notifications:write"))
    return client


def upload(client: WebClient, content: bytes) -> tuple[int, str]:
    file = {"file": (io.BytesIO(content), "readers.csv")}
    answer = client.post(f"{STAFF}/readers/import", data=file, headers=HERE)
    errors = html.fromstring(answer.text).xpath("//*[@id='errors']//li")
    return answer.status_code, " ".join(one.text_content() for one in errors)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEAD}{GOOD}no address,,2016-11-01T10:00:00Z,list,Yes\n".encode(), "Line 3, email"),
        (f"{HEAD}bob@library.example,Bob,yesterday,list,Yes\n".encode(), "Line 2, confirmed_at"),
        (f"{HEAD}{GOOD}{GOOD}".encode(), "Line 3, email"),
        (HEAD.encode(), "readers"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "readers"),
    ],
)
def test_a_file_that_is_wrong_takes_nobody_in_and_says_where(
    desk: Desk, staff: WebClient, content: bytes, said: str
) -> None:
    status, told = upload(staff, content)

    assert (status, said in told) == (422, True), told
    assert desk.conn.execute("SELECT count(*) FROM readers").fetchone() == (0,)


def test_what_an_export_writes_an_import_takes(desk: Desk, staff: WebClient) -> None:
    sent = {"rows": f"{HEAD}{GOOD}", "sure": "true"}
    assert staff.post(f"{STAFF}/readers/import", data=sent, headers=HERE).status_code == 303

    exported = staff.get(f"{STAFF}/readers/export.csv").data
    status, told = upload(staff, exported)

    assert (status, told) == (200, "")


def test_an_issue_that_says_nothing_is_not_sent(desk: Desk, staff: WebClient) -> None:
    made = staff.post(f"{STAFF}/newsletters/new", data={"subject": "Empty"}, headers=HERE)
    address = made.headers["Location"]

    now = staff.post(f"{address}/send", data={"when": "now"}, headers=HERE)
    later = staff.post(f"{address}/send", data={"when": "later", "timezone": "UTC"}, headers=HERE)

    assert [now.status_code, later.status_code] == [422, 422]
    assert "An issue must say something." in now.text
    assert "Say when, or choose now." in later.text
    assert desk.conn.execute("SELECT state FROM newsletters").fetchall() == [("draft",)]


def test_a_time_is_on_the_clocks_of_the_zone_that_was_chosen(desk: Desk, staff: WebClient) -> None:
    made = staff.post(f"{STAFF}/newsletters/new", data={"subject": "News", "body": "Hello"}, headers=HERE)
    form = {"when": "later", "send_at": "2031-07-01T09:00", "timezone": "America/Chicago"}

    assert staff.post(f"{made.headers['Location']}/send", data=form, headers=HERE).status_code == 303
    found = desk.conn.execute("SELECT send_at AT TIME ZONE 'UTC' FROM newsletters").fetchone()
    assert found
    assert found[0].isoformat() == "2031-07-01T14:00:00"


def test_what_staff_and_readers_wrote_is_text(desk: Desk, staff: WebClient) -> None:
    made = staff.post(f"{STAFF}/newsletters/new", data={"subject": HOSTILE, "body": HOSTILE}, headers=HERE)
    preview = staff.post(f"{STAFF}/newsletters/preview", data={"body": HOSTILE}, headers=HERE)

    for text in (staff.get(made.headers["Location"]).text, staff.get(f"{STAFF}/newsletters").text, preview.text):
        assert not html.fromstring(text).xpath("//script[contains(., 'alert')]")


def test_the_overview_counts_what_waits(desk: Desk, staff: WebClient, client: WebClient) -> None:
    client.post("/notifications/v1/subscriptions", json={"email": "ann@library.example"})
    desk.conn.execute("UPDATE messages SET next_attempt_at = clock_timestamp() - interval '90 seconds'")

    shown = html.fromstring(staff.get(f"{STAFF}/").text)

    [seconds] = shown.xpath("//dt[.='Oldest waiting email']/following-sibling::dd/text()")
    assert 90 <= int(seconds.split()[0]) <= 120
    assert shown.xpath("//dt[.='Queued']/following-sibling::dd//text()") == ["1"]


@pytest.mark.covers("ASVS 1.2.1")
def test_staff_see_that_sending_rests_and_what_the_server_said(desk: Desk, staff: WebClient) -> None:
    session = a_session()
    desk.receive(SessionPublished(session=session), confirmed(a_registration(session)))
    [row] = desk.rows()
    before = staff.get(f"{STAFF}/").text
    desk.conn.execute("UPDATE messages SET reply = %s", [f"554 5.7.1 {HOSTILE} Relay access denied"])
    desk.conn.execute("INSERT INTO mail_rests (message_id, probe_at) VALUES (%s, now())", [row["id"]])

    page = html.fromstring(staff.get(f"{STAFF}/").text)

    assert "Sending rests" not in before
    [told] = page.xpath("//p[@role='status']")
    assert "Sending has been paused since" in told.text_content()
    assert f"554 5.7.1 {HOSTILE} Relay access denied" in told.text_content()
    assert told.xpath("a/@href") == [f"{STAFF}/messages/{row['id']}"]
