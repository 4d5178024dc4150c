"""The mail that tells of a recording is worded by whether one came, whenever that is known."""

from dataclasses import replace
from uuid import uuid4

import pytest

from shared.events import catalog
from shared.events import registration as participation
from tests.notifications.desk import Desk
from tests.notifications.mails import text_of
from tests.notifications.samples import a_person, a_recording, a_registration, a_session, attendance, confirmed


@pytest.mark.parametrize("told", ["before the recording", "after the recording"])
def test_who_came_and_who_missed_it_are_told_otherwise(desk: Desk, told: str) -> None:
    session = a_session()
    came, missed = (a_registration(session, person=a_person(email=f"{name}@x.org")) for name in ("came", "missed"))
    presences = [attendance(came, attended=True), attendance(missed, attended=False)]
    desk.receive(catalog.SessionPublished(session=session), confirmed(came), confirmed(missed))

    desk.receive(*([*presences, a_recording(session)] if "before" in told else [a_recording(session), *presences]))

    mails = {str(mail["To"]): mail for mail in desk.mails() if "ecording" in str(mail["Subject"])}
    again, first = (next(mail for to, mail in mails.items() if name in to) for name in ("came@", "missed@"))
    assert str(again["Subject"]) == "Watch the recording again: World Café"
    assert "Thank you for coming" in text_of(again)
    assert "share the recording" in text_of(again)
    assert str(first["Subject"]) == "Missed it? The recording is available: World Café"
    assert "it counts just like attending" in " ".join(text_of(first).split())


def test_who_is_in_no_report_missed_it_and_without_any_report_nobody_knows(desk: Desk) -> None:
    session = a_session()
    came, absent = a_registration(session), a_registration(session)
    desk.receive(catalog.SessionPublished(session=session), confirmed(came), confirmed(absent), a_recording(session))
    assert str(desk.mails()[-1]["Subject"]) == "The recording is available: World Café"

    desk.receive(attendance(came, attended=True))

    assert "Missed it?" in str(desk.mails()[-1]["Subject"])


def test_older_news_of_attendance_changes_nothing(desk: Desk) -> None:
    session = a_session()
    seat = a_registration(session)
    older = attendance(seat, attended=False)
    corrected = replace(older, attendance=replace(older.attendance, revision=2, attended=True))

    desk.receive(catalog.SessionPublished(session=session), confirmed(seat), corrected, older, a_recording(session))

    assert "Thank you for coming" in text_of(desk.mails()[-1])


def test_attendance_of_the_erased_is_forgotten_and_stays_so(desk: Desk) -> None:
    session = a_session()
    seat = a_registration(session)
    desk.receive(catalog.SessionPublished(session=session), confirmed(seat), attendance(seat, attended=True))

    erasure = participation.Erasure(id=uuid4(), revision=1, person=seat.person)
    desk.receive(participation.PersonErased(erasure=erasure), attendance(seat, attended=True))

    assert desk.conn.execute("SELECT count(*) FROM attendance").fetchone() == (0,)
