"""The demo's pieces, each alone: people, what is due to them, mails as they are read, and a table that finds faults."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from deploy.demo import documents, mailbox, mails, work
from deploy.demo.__main__ import sizes_for
from deploy.demo.mailbox import Mailbox
from deploy.demo.people import Person, invent
from deploy.demo.plan import INTRODUCTION, WORLD_CAFE, Sizes
from deploy.demo.record import Record
from deploy.demo.terminal import Line, Terminal, wait_for
from deploy.native.mailcatcher.mailbox import Mailbox as CaughtMails
from deploy.native.mailcatcher.web import create_app
from services.registration.attendance_reports.presence import judge_presence
from services.registration.attendance_reports.report_reader import read_report
from services.registration.attendance_reports.report_rows import Window

ENTRY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
METHOD:{method}
BEGIN:VEVENT
UID:{uid}
SEQUENCE:{sequence}
DTSTAMP:20170110T150000Z
DTSTART:20170413T180000Z
END:VEVENT
END:VCALENDAR
"""
ANN, BEN = Person(1, "山田 花子", "ann@example.org", {}), Person(2, 'Robert "Bob" Hall, Jr.', "ben@example.org", {})


def make_mail(person: Person, message: str, *, method: str | None = None, sequence: int = 1) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"], mail["Subject"] = "learning@ala.example", f"<{message}@ala.example>", "World Café"
    name = person.name.replace('"', '\\"')
    mail["To"] = f'"{name}" <{person.email}>'
    mail.set_content("See http://localhost/registration/invitations/abc.d-e_f\n")
    mail.add_alternative("<p>See</p>\n", subtype="html")
    if method:
        entry = ENTRY.format(method=method, uid=person.number, sequence=sequence).encode()
        calendar = EmailMessage()
        calendar.set_content(entry, maintype="text", subtype="calendar", params={"method": method})
        mail.attach(calendar)
        mail.add_attachment(entry, maintype="application", subtype="ics", filename="invite.ics")
    return mail


RECORDING = ("recording-published", INTRODUCTION)


class Delivered:
    """A mail catcher that holds these mails, and the messages that notifications has of them."""

    def __init__(self, folder: Path) -> None:
        self.caught = CaughtMails(folder)
        self.rows: list[dict[str, Any]] = []
        self.mailbox = Mailbox("http://mail", httpx.WSGITransport(create_app(self.caught)))

    def query(self, _sql: str) -> list[dict[str, Any]]:
        return self.rows

    def deliver(self, person: Person, kind: str, session: str, *, times: int = 1, **details: Any) -> None:
        message = f"message-{len(self.rows)}"
        self.rows.append({"id": message, "kind": kind, "about": session, "state": "sent", "doubts": 0})
        mail = make_mail(person, message, **details)
        for _ in range(times):
            self.caught.add(mail.as_bytes(), sender="x@example.org", recipients=[person.email])

    def faults(self, record: Record) -> set[str]:
        counted = mails.count_mails(self, self.mailbox, record, [ANN, BEN])  # pyright: ignore[reportArgumentType]
        return {line.what for line in counted if not line.agrees}


@pytest.fixture
def delivered(tmp_path: Path) -> Delivered:
    """Ann has a seat in the introduction, and her mail; Ben is in line for the World Café to the end, and has his."""
    delivered = Delivered(tmp_path)
    delivered.deliver(ANN, "registration-confirmed", INTRODUCTION, method="REQUEST")
    delivered.deliver(BEN, "registration-waitlisted", WORLD_CAFE)
    delivered.deliver(BEN, "session-full", WORLD_CAFE)
    return delivered


@pytest.fixture
def record() -> Record:
    return Record(answers={(ANN.email, INTRODUCTION): "confirmed", (BEN.email, WORLD_CAFE): "waitlisted"})


def test_people_are_the_same_each_time_and_have_addresses_of_their_own():
    people = invent(200)

    assert people == invent(200)
    assert len({person.email for person in people}) == 200
    assert all(person.email.endswith(".example.org") for person in people)
    assert len({person.name for person in people if not person.name.isascii()}) > 50


def test_fewer_people_share_the_seats_in_the_usual_proportion():
    assert sizes_for(200) == Sizes()
    assert sizes_for(30) == Sizes(people=30, webinar_seats=18, workshop_seats=6, seats_given_up=2, places_given_up=1)


def test_what_is_due_follows_from_what_people_did():
    record = Record(
        answers={
            ("ann", WORLD_CAFE): "confirmed",
            ("ben", WORLD_CAFE): "waitlisted",
            ("cat", WORLD_CAFE): "waitlisted",
            ("dan", WORLD_CAFE): "waitlisted",
        },
        position=defaultdict(dict, {WORLD_CAFE: {"cat": 2, "ben": 1, "dan": 3}}),
        seats_given_up=["ann"],
        places_given_up=["dan"],
    )

    assert record.promoted == ["ben"]
    assert record.still_in_line == ["cat"]
    assert record.mails_due(["ann", "ben", "cat", "dan"]) == Counter(
        [
            ("ann", "registration-confirmed", WORLD_CAFE),
            ("ann", "registration-cancelled", WORLD_CAFE),
            ("ben", "registration-waitlisted", WORLD_CAFE),
            ("ben", "registration-promoted", WORLD_CAFE),
            ("ben", "session-rescheduled", WORLD_CAFE),
            ("ben", "recording-published", WORLD_CAFE),
            ("cat", "registration-waitlisted", WORLD_CAFE),
            ("cat", "session-full", WORLD_CAFE),
            ("dan", "registration-waitlisted", WORLD_CAFE),
            ("dan", "registration-cancelled", WORLD_CAFE),
        ]
    )


def test_a_report_says_of_itself_what_registration_reads_in_it():
    came = invent(60)

    report, held = documents.attendance_report(came)

    begin = datetime(2017, 4, 13, 13, tzinfo=UTC)
    window = Window(begin, begin + timedelta(minutes=90), UTC)
    read = read_report(report, window)
    by_person = defaultdict(list)
    for row in read.rows:
        by_person[row.shown_address or row.shown].append(row)
    assert len(by_person) + len(read.ignored) == held["matched"] + held["unmatched"]
    assert len(read.rows) - len(by_person) == held["duplicates"] > 0
    assert {5, 85, 90} <= {judge_presence(rows, window).minutes for rows in by_person.values()}


def test_a_mail_is_read_as_a_mail_program_reads_it():
    opened = mailbox.read(make_mail(BEN, "one", method="REQUEST", sequence=7).as_bytes())

    assert opened.name == BEN.name
    assert set(opened.forms) == {"text/plain", "text/html", "text/calendar", "application/ics"}
    assert opened.entry == mailbox.Entry("2", 7, "REQUEST", "2017-04-13T18:00:00+00:00")


def test_codes_are_found_in_mails(delivered):
    found = mailbox.find(mailbox.INVITATION, delivered.mailbox.read_all())

    assert found == {ANN.email: "abc.d-e_f", BEN.email: "abc.d-e_f"}


def test_mails_as_due_are_found_to_be_so(delivered, record):
    delivered.deliver(ANN, *RECORDING)

    assert delivered.faults(record) == set()


def test_a_mail_that_is_missing_is_found(delivered, record):
    assert delivered.faults(record) == {"mails: the recording is there", "mails due to each person, each once"}


def test_a_mail_that_was_caused_twice_is_found(delivered, record):
    delivered.deliver(ANN, *RECORDING)
    delivered.deliver(ANN, *RECORDING)

    assert delivered.faults(record) == {"mails: the recording is there", "mails that were not due to whom they came"}


def test_a_mail_that_was_sent_twice_is_found(delivered, record):
    delivered.deliver(ANN, *RECORDING, times=2)

    assert delivered.faults(record) == {"mails that came twice, beyond the 0 in doubt"}


def test_a_mail_to_somebody_else_is_found(delivered, record):
    delivered.deliver(BEN, *RECORDING)

    assert delivered.faults(record) == {
        "mails due to each person, each once",
        "mails that were not due to whom they came",
    }


def test_a_calendar_that_was_not_due_is_found(delivered, record):
    delivered.deliver(ANN, *RECORDING, method="CANCEL", sequence=2)

    assert delivered.faults(record) == {
        "calendar files in mails about a seat",
        "mails whose calendar file is not as due",
    }


def test_a_calendar_entry_that_replaces_nothing_is_found(delivered, record):
    delivered.deliver(ANN, *RECORDING, method="REQUEST", sequence=1)

    assert "calendar entries that do not replace the earlier" in delivered.faults(record)


def test_a_table_with_a_difference_shows_it_and_fails():
    shown = StringIO()
    terminal = Terminal(Console(file=shown, width=100))

    assert not terminal.show([Line("seats", 120, 121, ("person [001]",)), Line("in order", True, True)])
    assert "seats: expected 120, found 121" in shown.getvalue()
    assert "person [001]" in shown.getvalue()
    assert terminal.show([Line("seats", 120, 120)])


def test_work_is_told_for_each_service():
    before = work.Work(Counter(catalog=2), Counter(catalog=1), Counter())
    now = work.Work(Counter(catalog=5), Counter(catalog=1, notifications=4), Counter({"registration-promoted": 3}))

    assert now.since(before).describe() == [
        "catalog        events: 0 handled, 3 told",
        "registration   events: 0 handled, 0 told",
        "notifications  events: 4 handled, 0 told; mails sent: 3 (3 “you moved up”)",
    ]


def test_what_is_waited_for_in_vain_is_explained():
    with pytest.raises(TimeoutError, match=r"for the end, in vain\. 3 mails"):
        wait_for("the end", lambda: False, seconds=0, explain=lambda: "3 mails")
