"""Reminders: of sessions before they begin, of invitations before they end; once, and to whom they concern alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.events import catalog
from shared.events import registration as participation
from tests.notifications.desk import Desk
from tests.notifications.mails import text_of
from tests.notifications.samples import (
    STARTS,
    a_registration,
    a_session,
    an_invitation,
    cancelled,
    confirmed,
    moved,
    when,
)
from tests.web_client import WebClient

PATH = "/notifications/v1/sessions/world-cafe/reminders"


def reminders(desk: Desk) -> list[str]:
    """The subjects of the reminders that were caused."""
    return [str(mail["Subject"]) for mail in desk.mails() if "Reminder" in str(mail["Subject"])]


def a_seat(desk: Desk, session: catalog.Session | None = None) -> participation.Registration:
    session = session or a_session()
    seat = a_registration(session)
    desk.receive(catalog.SessionPublished(session=session), confirmed(seat))
    return seat


def test_a_webinar_is_reminded_of_a_day_and_an_hour_before(desk: Desk) -> None:
    a_seat(desk)

    desk.pass_to(STARTS - timedelta(hours=25))
    assert reminders(desk) == []
    desk.pass_to(STARTS - timedelta(hours=24))
    assert reminders(desk) == ["Reminder, tomorrow: World Café"]
    desk.pass_to(STARTS - timedelta(minutes=59))
    desk.pass_to(STARTS - timedelta(minutes=31))

    assert desk.kinds().count("session-reminder") == 2
    assert desk.due().count("session-reminder") == 1, "the later overtakes the earlier, if that was not sent"
    last = desk.mails()[-1]
    assert "It starts in 30 minutes" in text_of(last)
    assert "/registration/v1/join?token=" in text_of(last)


def test_a_workshop_is_reminded_of_a_week_and_a_day_before(desk: Desk) -> None:
    a_seat(desk, a_session(format="workshop", online=None))

    desk.pass_to(STARTS - timedelta(days=7))
    assert reminders(desk) == ["Reminder, in 7 days: World Café"]
    desk.pass_to(STARTS - timedelta(hours=1))

    assert desk.kinds().count("session-reminder") == 1, "what comes hours too late would not be true"


def test_who_registers_after_the_moment_is_not_reminded_of_it(desk: Desk) -> None:
    session = a_session()
    late = a_registration(session, registered_at=STARTS - timedelta(hours=23))
    desk.receive(catalog.SessionPublished(session=session), confirmed(late))

    desk.pass_to(STARTS - timedelta(hours=22))
    assert "session-reminder" not in desk.kinds()
    desk.pass_to(STARTS - timedelta(minutes=50))

    assert desk.kinds().count("session-reminder") == 1


def test_who_has_no_seat_is_not_reminded(desk: Desk) -> None:
    session = a_session()
    seat, waiting = a_registration(session), a_registration(session, status="waitlisted", position=1)
    desk.receive(
        catalog.SessionPublished(session=session),
        confirmed(seat),
        participation.RegistrationWaitlisted(registration=waiting),
    )
    desk.pass_to(STARTS - timedelta(hours=24))
    assert desk.kinds().count("session-reminder") == 1

    desk.receive(cancelled(seat))

    assert "session-reminder" not in desk.due()


def test_a_session_that_is_moved_is_reminded_of_anew(desk: Desk) -> None:
    session = a_session()
    a_seat(desk, session)
    desk.pass_to(STARTS - timedelta(hours=24))

    desk.receive(moved(session, days=2))
    assert "session-reminder" not in desk.due()
    desk.pass_to(STARTS + timedelta(hours=23))
    assert desk.kinds().count("session-reminder") == 1
    desk.pass_to(STARTS + timedelta(hours=24))

    assert desk.kinds().count("session-reminder") == 2
    assert desk.due().count("session-reminder") == 1


def test_a_session_of_uncertain_date_is_reminded_of_by_nothing(desk: Desk) -> None:
    a_seat(desk, a_session(when=catalog.When(edtf="2017-23", label="fall 2017"), status="planned"))

    desk.pass_to(STARTS)

    assert "session-reminder" not in desk.kinds()


def test_staff_set_when(desk: Desk, client: WebClient) -> None:
    a_seat(desk)
    known = client.get(PATH)
    assert known.json == {"before": ["P1D", "PT1H"]}

    stale = client.put(PATH, json={"before": ["P3D"]}, headers={"If-Match": '"another"'})
    changed = client.put(PATH, json={"before": ["PT2H", "P3D"]}, headers={"If-Match": known.headers["ETag"]})

    assert (stale.status_code, changed.status_code) == (412, 200)
    assert changed.json == {"before": ["P3D", "PT2H"]}
    desk.pass_to(STARTS - timedelta(days=3))
    assert reminders(desk) == ["Reminder, in 3 days: World Café"]


@pytest.mark.parametrize("before", [["P31D"], ["PT24H"], ["1 day"], ["P1D", "P1D"], ["PT1H'; --"]])
def test_what_is_no_time_before_a_session_is_refused(desk: Desk, client: WebClient, before: list[str]) -> None:
    a_seat(desk)

    answer = client.put(PATH, json={"before": before}, headers={"If-Match": "*"})

    assert answer.status_code == 422


def test_nobody_is_reminded_where_staff_want_none(desk: Desk, client: WebClient) -> None:
    a_seat(desk)
    client.put(PATH, json={"before": []}, headers={"If-Match": "*"})

    desk.pass_to(STARTS - timedelta(hours=24))

    assert "session-reminder" not in desk.kinds()


def test_an_invitation_without_an_answer_is_reminded_of_once(desk: Desk) -> None:
    ends = datetime(2100, 6, 1, 22, tzinfo=UTC)
    session = a_session(when=when(ends + timedelta(days=9)))
    invitation = an_invitation(session, expires_at=ends)
    desk.receive(catalog.SessionPublished(session=session), participation.InvitationIssued(invitation=invitation))
    desk.pass_to(ends - timedelta(days=4))
    assert desk.kinds() == ["invitation-issued"]

    desk.pass_to(ends - timedelta(days=3))
    desk.pass_to(ends - timedelta(days=2))

    assert desk.kinds() == ["invitation-issued", "invitation-reminder"]
    assert "Please answer your invitation" in str(desk.mails()[-1]["Subject"])


def test_who_was_invited_only_now_is_not_reminded(desk: Desk) -> None:
    session = a_session(when=when(STARTS + timedelta(days=90)))
    invitation = an_invitation(session, expires_at=datetime(2017, 2, 3, tzinfo=UTC))  # two days after the event
    desk.receive(catalog.SessionPublished(session=session), participation.InvitationIssued(invitation=invitation))

    desk.pass_to(datetime(2017, 2, 1, 6, tzinfo=UTC))

    assert desk.kinds() == ["invitation-issued"]


def a_line(desk: Desk, session: catalog.Session) -> tuple[participation.Registration, participation.Registration]:
    """Return a registration with a seat and one on the waiting list."""
    seat, waiting = a_registration(session), a_registration(session, status="waitlisted", position=1)
    waits = participation.RegistrationWaitlisted(registration=waiting)
    desk.receive(catalog.SessionPublished(session=session), confirmed(seat), waits)
    return seat, waiting


def test_who_waits_when_a_session_begins_is_told_once_that_it_was_full(desk: Desk) -> None:
    a_line(desk, a_session())

    desk.pass_to(STARTS - timedelta(minutes=1))
    assert "session-full" not in desk.kinds()
    desk.pass_to(STARTS + timedelta(minutes=1))
    desk.pass_to(STARTS + timedelta(hours=2))

    assert desk.kinds().count("session-full") == 1
    told = next(mail for mail in desk.mails() if "full" in str(mail["Subject"]))
    assert "no seat became free for you" in text_of(told)


def test_that_a_session_was_full_is_no_news_the_day_after(desk: Desk) -> None:
    a_line(desk, a_session())

    desk.pass_to(STARTS + timedelta(hours=13))

    assert "session-full" not in desk.kinds()


def test_who_is_seated_by_hand_meanwhile_is_not_told_that_it_was_full(desk: Desk) -> None:
    _, waiting = a_line(desk, a_session())
    desk.pass_to(STARTS + timedelta(minutes=1))
    seated = replace(waiting, status="confirmed", position=None, revision=waiting.revision + 1)

    desk.receive(participation.RegistrationPromoted(registration=seated))

    assert "session-full" not in desk.due()


def test_what_is_over_is_offered_to_nobody_by_a_mail_that_is_late(desk: Desk) -> None:
    session = a_session()
    _, waiting = a_line(desk, session)
    offered = replace(waiting, status="offered", position=None, offered_until=STARTS, revision=waiting.revision + 1)
    desk.receive(
        participation.RegistrationOffered(registration=offered),
        participation.InvitationIssued(invitation=an_invitation(session)),
    )

    desk.pass_to(STARTS + timedelta(minutes=1))

    assert not {"registration-offered", "invitation-issued"} & set(desk.due())
