"""Emails are readable as text, as HTML and in a calendar."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notifications.messages.kinds import SINGLE
from shared import signed_links
from shared.events import catalog
from shared.events import registration as participation
from shared.signed_links import Ticket
from tests.notifications.desk import Desk
from tests.notifications.mails import entry_of, html_of, text_of
from tests.notifications.outside import disable_a_webhook
from tests.notifications.samples import (
    JOIN_URL,
    STARTS,
    a_certificate,
    a_group,
    a_person,
    a_recording,
    a_registration,
    a_series,
    a_session,
    a_sign_in,
    an_invitation,
    cancelled,
    confirmed,
    moved,
    next_of,
    progress,
    when,
)

ORIGIN = "http://localhost:8080"
JOIN = f"{ORIGIN}/registration/v1/join?token="
# No name that a stranger may have made up.
NAMELESS = {"subscription-requested": "bo@library.example", "group-requested": "ann@library.example"}
MIME = ["Content-Type", "MIME-Version"]
HEADERS = [*MIME, "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"]


@pytest.fixture
def everything(desk: Desk) -> dict[str, EmailMessage]:
    """A mail of every kind."""
    webinar, cancelled_one = a_session(), a_session(slug="dialogue")
    workshop = a_session(
        slug="workshop",
        title="Workshop",
        when=when(STARTS + timedelta(days=90)),
        format="workshop",
        online=None,
        venue=catalog.Place(name="Hall", room="Room 4"),
    )
    waiting = a_registration(webinar, status="waitlisted", position=3)
    lost = a_registration(cancelled_one)
    full = a_session(slug="full", when=when(STARTS - timedelta(minutes=5)))
    left = participation.RegistrationWaitlisted(registration=a_registration(full, status="waitlisted", position=3))
    desk.receive(
        *[catalog.SessionPublished(session=session) for session in (webinar, workshop, cancelled_one, full)],
        a_series(),
        participation.RegistrationWaitlisted(registration=waiting),
        left,
        participation.RegistrationPromoted(registration=next_of(waiting, "confirmed")),
        participation.RegistrationOffered(
            registration=a_registration(webinar, status="offered", offered_until=webinar.when.starts_at)
        ),
        moved(webinar, days=1),
        a_recording(webinar),
        cancelled(a_registration(webinar)),
        confirmed(lost),
        cancelled(lost, "session cancelled"),
        participation.InvitationIssued(invitation=an_invitation(workshop)),
        participation.SignInRequested(sign_in=a_sign_in()),
        participation.GroupRequested(group=a_group(webinar)),
        participation.CertificateIssued(certificate=a_certificate()),
        progress(webinar),
    )
    desk.sign_up("bo@library.example")
    desk.sign_up((reader := desk.subscribe("ann@library.example", "Ann Ünal")).email)
    desk.leave(reader)
    desk.pass_to(datetime(2017, 5, 30, tzinfo=UTC))  # two days before the invitation ends
    desk.pass_to(STARTS)  # a day before the webinar that was moved
    disable_a_webhook(desk.conn, desk.settings)
    return dict(zip(desk.kinds(), desk.mails(), strict=True))


class Reader(HTMLParser):
    """The visible text of HTML, and the targets of its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_there_is_a_mail_of_every_kind(everything: dict[str, EmailMessage]) -> None:
    assert everything.keys() == SINGLE.keys()  # those that say the same to many have tests of their own


@pytest.mark.parametrize("kind", SINGLE)
def test_every_mail_is_complete_as_text_and_as_html(everything: dict[str, EmailMessage], kind: str) -> None:
    mail = everything[kind]
    text, html = text_of(mail), html_of(mail)
    reader = Reader(html)

    assert not re.search(r"<|\{\{|\{%|None|&amp;|  ", text.replace("-- ", ""))
    assert all(len(line) <= 78 or "http" in line for line in text.splitlines())
    assert not re.search(r"\w[*’”]*[.!?:][A-Z“]", re.sub(r"https?://\S+", "", text)), "sentences run together"
    assert not re.search(r"\{\{|\{%|<mj|None", html)
    assert 'lang="en"' in html
    assert "prefers-color-scheme: dark" in html
    assert f"Hello{'' if kind in NAMELESS else ' Ann Ünal'}," in reader.text
    assert {link for link in reader.links if not link.startswith(ORIGIN)} <= {
        "https://video.example/world-cafe",
    }
    assert set(re.findall(r"https?://\S+", text)) >= set(reader.links)


@pytest.mark.parametrize("kind", SINGLE)
def test_every_mail_has_the_headers_that_it_should_and_no_others(
    everything: dict[str, EmailMessage], kind: str
) -> None:
    mail = everything[kind]

    assert sorted(mail.keys()) == sorted(
        [
            "Content-Type",
            "MIME-Version",
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Language",
        ]
    )
    assert mail["From"] == "Learning at ALA <learning@ala.example>"
    assert mail["To"] == NAMELESS.get(kind, "Ann Ünal <ann@library.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@ala.example>")


def test_a_confirmation_says_when_and_where_in_the_sessions_zone(desk: Desk) -> None:
    session = a_session()
    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session)))

    text = text_of(desk.mails()[0])

    assert "When: Thursday, April 6, 2017, 1:00–2:30 PM CDT\r\n" in text
    assert "Where: Online (Zoom)" in text
    assert "You are registered for World Café. A calendar entry is attached" in " ".join(text.split())
    assert f"Your link to join: {JOIN}" in text
    assert JOIN_URL not in text  # who comes is recorded on the way


def test_who_only_waits_is_not_told_how_to_join(everything: dict[str, EmailMessage]) -> None:
    waiting = everything["registration-waitlisted"]

    assert "You were number 3 in line" in text_of(waiting)
    assert JOIN not in text_of(waiting)
    assert not list(waiting.iter_attachments())


def test_the_entry_is_what_calendars_expect_of_an_invitation(everything: dict[str, EmailMessage]) -> None:
    method, entry = entry_of(everything["registration-promoted"])

    assert method == "REQUEST"
    assert entry["SUMMARY"] == "World Café"
    assert entry["LOCATION"] == entry["URL"]
    assert entry["URL"].startswith(JOIN)
    assert entry["ORGANIZER"] == "mailto:learning@ala.example"
    assert (entry["ATTENDEE"], entry["ATTENDEE"].params["CN"]) == ("mailto:ann@library.example", "Ann Ünal")
    assert (entry["ATTENDEE"].params["PARTSTAT"], entry["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert str(entry["DTSTART"].dt.tzinfo) == "UTC"
    assert (entry["DTEND"].dt - entry["DTSTART"].dt).total_seconds() == 90 * 60


def test_the_calendar_is_an_alternative_and_a_file(everything: dict[str, EmailMessage]) -> None:
    mail = everything["registration-promoted"]

    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["invite.ics"]


def test_links_in_a_mail_work_for_its_reader_alone(desk: Desk) -> None:
    session = a_session()
    seat, invitation = a_registration(session), an_invitation(session)
    desk.receive(
        catalog.SessionPublished(session=session),
        confirmed(seat),
        a_recording(session),
        participation.InvitationIssued(invitation=invitation),
    )

    [manage] = re.findall(rf"{ORIGIN}/registration/manage/\S+", text_of(desk.mail("registration-confirmed")))
    [watch] = re.findall(rf"{ORIGIN}/catalog/recordings/\S+", text_of(desk.mail("recording-published")))
    codes = re.findall(rf"{ORIGIN}/registration/invitations/(\S+)", text_of(desk.mail("invitation-issued")))

    assert urlsplit(manage).path.endswith(str(seat.id))
    assert session.when.ends_at
    after = session.when.ends_at + timedelta(days=30)
    assert signed_links.read(desk.settings, "manage", _token(manage)) == Ticket(str(seat.id), 0, after)
    assert urlsplit(watch).path == "/catalog/recordings/world-cafe"
    told = signed_links.read(desk.settings, "watch", _token(watch))
    assert told
    assert (told.subject, told.ends_at is not None) == (f"{seat.person.id} {session.id}", True)
    for learner in ("manage", "join", "preferences"):
        assert signed_links.read(desk.settings, learner, _token(watch)) is None
    code = codes[-1]
    assert codes == [f"{code}/accept", f"{code}/decline", code]
    invited = signed_links.read(desk.settings, "invitation", code)
    assert invited
    assert (invited.subject, invited.ends_at) == (str(invitation.id), invitation.expires_at)
    assert code not in str(desk.rows())


def _token(link: str) -> str:
    parts = urlsplit(link)
    [token] = parse_qs(parts.query or parts.fragment)["token"]
    return token


def test_an_invitation_says_for_what_and_until_when(everything: dict[str, EmailMessage]) -> None:
    text = text_of(everything["invitation-issued"])

    assert "Large and Urban Communities" in text
    assert "Where: Hall, Room 4" in text
    assert "Please answer by: Thursday, June 1, 2017, 5:00 PM CDT" in text


@pytest.mark.parametrize(
    ("hours", "label"),
    [
        (1.5, "Thursday, April 6, 2017, 11:00 AM–12:30 PM CDT"),
        (0.5, "Thursday, April 6, 2017, 11:00–11:30 AM CDT"),
        (24, "Thursday, April 6, 2017, 11:00 AM to Friday, April 7, 2017, 11:00 AM CDT"),
    ],
)
def test_times_are_as_short_as_they_can_be(desk: Desk, hours: float, label: str) -> None:
    start = STARTS - timedelta(hours=2)
    session = a_session(when=replace(when(start), ends_at=start + timedelta(hours=hours)))
    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session)))

    assert f"When: {label}" in text_of(desk.mails()[0])


def test_a_reply_to_is_set_where_it_is_wanted(desk: Desk) -> None:
    desk.settings = replace(desk.settings, reply_to="Help <help@ala.example>")
    session = a_session()
    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session, person=a_person())))

    assert desk.mails()[0]["Reply-To"] == "Help <help@ala.example>"
