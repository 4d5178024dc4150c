"""Which events make which mails due, whatever the order in which they come, and how often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.events import catalog
from shared.events import registration as participation
from shared.messaging.handlers import NotYetKnown
from tests.notifications.desk import Desk
from tests.notifications.mails import entry_of, text_of
from tests.notifications.samples import (
    STARTS,
    a_person,
    a_recording,
    a_registration,
    a_series,
    a_session,
    an_invitation,
    arrived,
    cancelled,
    confirmed,
    moved,
    next_of,
    when,
)


def published(session: catalog.Session) -> catalog.SessionPublished:
    return catalog.SessionPublished(session=session)


def test_every_step_of_a_registration_makes_its_mail_due(desk: Desk) -> None:
    session = a_session()
    waiting = a_registration(session, status="waitlisted", position=2)
    promoted = next_of(waiting, "confirmed")

    desk.receive(
        published(session),
        participation.RegistrationWaitlisted(registration=waiting),
        participation.RegistrationPromoted(registration=promoted),
        cancelled(promoted),
    )

    assert desk.kinds() == ["registration-waitlisted", "registration-promoted", "registration-cancelled"]
    assert desk.due() == ["registration-cancelled"]


def test_an_event_that_is_handled_twice_makes_its_mails_due_once(desk: Desk) -> None:
    session = a_session()
    events = [
        published(session),
        confirmed(a_registration(session)),
        moved(session, days=1),
        a_recording(session),
        participation.InvitationIssued(invitation=an_invitation(session)),
    ]
    documents = [arrived(event) for event in events]

    desk.handle(*documents, *documents)

    assert desk.kinds() == ["registration-confirmed", "session-rescheduled", "recording-published", "invitation-issued"]


def test_a_registration_waits_for_its_session_to_be_known(desk: Desk) -> None:
    session = a_session()
    with pytest.raises(NotYetKnown):
        desk.receive(confirmed(a_registration(session)))
    with pytest.raises(NotYetKnown):
        desk.receive(a_recording(session))
    with pytest.raises(NotYetKnown):
        desk.receive(participation.InvitationIssued(invitation=an_invitation(session)))

    assert desk.kinds() == []


def test_a_session_that_moves_sends_everybody_with_a_seat_a_later_entry_under_the_same_uid(desk: Desk) -> None:
    session = a_session()
    seat, gone = a_registration(session), a_registration(session)
    waiting = a_registration(session, status="waitlisted", position=1)
    desk.receive(published(session), confirmed(seat), confirmed(gone), cancelled(gone))
    desk.receive(participation.RegistrationWaitlisted(registration=waiting))
    _, before = entry_of(desk.mails()[0])

    desk.receive(moved(session, days=1))

    method, after = entry_of(desk.mail("session-rescheduled"))
    assert method == "REQUEST"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == datetime(2017, 4, 7, 18, tzinfo=UTC)


def test_a_confirmation_that_comes_after_the_move_brings_the_entry_of_the_new_time(desk: Desk) -> None:
    session = a_session()
    move = moved(session, hours=2)
    desk.receive(move, confirmed(a_registration(session)), published(session))  # the older event changes nothing

    _, entry = entry_of(desk.mail("registration-confirmed"))

    assert entry["DTSTART"].dt == datetime(2017, 4, 6, 20, tzinfo=UTC)


def test_a_change_of_text_alone_does_not_raise_the_sequence(desk: Desk) -> None:
    session = a_session()
    desk.receive(published(session), confirmed(a_registration(session)))
    _, before = entry_of(desk.mails()[0])

    desk.receive(catalog.SessionUpdated(session=replace(session, revision=2, title="World Café, again")))

    _, after = entry_of(desk.mails()[0])
    assert (after["SEQUENCE"], after["SUMMARY"]) == (before["SEQUENCE"], "World Café, again")


def test_a_second_move_overtakes_the_mail_of_the_first(desk: Desk) -> None:
    session = a_session()
    first = moved(session, days=1)
    second = moved(first.session, days=1)
    desk.receive(published(session), confirmed(a_registration(session)))

    desk.receive(second, first)  # in the wrong order too

    assert desk.kinds() == ["registration-confirmed", "session-rescheduled", "session-rescheduled"]
    assert desk.due() == ["registration-confirmed", "session-rescheduled"]
    assert desk.rows()[1]["revision"] == 3  # the later one is due
    assert {str(entry_of(mail)[1]["DTSTART"].dt.date()) for mail in desk.mails()} == {"2017-04-08"}


def test_a_session_that_gets_its_date_sends_those_with_a_seat_their_first_entry(desk: Desk) -> None:
    session = a_session(status="planned", when=catalog.When(edtf="2017-06", label="June 2017"))
    desk.receive(published(session), confirmed(a_registration(session)))
    assert not list(desk.mails()[0].iter_attachments())

    scheduled = replace(session, revision=2, status="scheduled", when=when(STARTS))
    desk.receive(catalog.SessionScheduled(session=scheduled))

    mail = desk.mail("session-rescheduled")
    assert mail["Subject"] == "The date is set: World Café"
    assert entry_of(mail)[0] == "REQUEST"


def test_a_session_that_is_postponed_without_a_date_says_so(desk: Desk) -> None:
    session = a_session()
    postponed = replace(session, revision=2, status="planned", when=catalog.When(edtf="2017-23", label="Fall 2017"))
    desk.receive(published(session), confirmed(a_registration(session)))

    desk.receive(catalog.SessionRescheduled(session=postponed, previous=session.when))

    mail = desk.mail("session-rescheduled")
    assert mail["Subject"] == "Postponed: World Café"
    assert "Now: Fall 2017" in text_of(mail)
    assert not list(mail.iter_attachments())


def test_a_cancelled_session_takes_the_entry_back_from_whoever_has_one(desk: Desk) -> None:
    session = a_session()
    seat = a_registration(session)
    waiting = a_registration(session, status="waitlisted", position=1, person=a_person(email="wait@library.example"))
    desk.receive(published(session), confirmed(seat), participation.RegistrationWaitlisted(registration=waiting))
    _, before = entry_of(desk.mails()[0])

    desk.receive(
        catalog.SessionCancelled(session=replace(session, revision=2, status="cancelled")),
        cancelled(seat, "session cancelled"),
        cancelled(waiting, "session cancelled"),
    )

    assert desk.due() == ["session-cancelled", "session-cancelled"]
    of_seat, of_waiting = desk.mails()[2:]
    method, entry = entry_of(of_seat)
    assert (method, entry["STATUS"], entry["UID"]) == ("CANCEL", "CANCELLED", before["UID"])
    assert entry["SEQUENCE"] > before["SEQUENCE"]
    assert not list(of_waiting.iter_attachments())


def test_mails_about_a_session_are_not_due_once_it_is_cancelled(desk: Desk) -> None:
    session = a_session()
    desk.receive(published(session), confirmed(a_registration(session)))
    desk.receive(participation.InvitationIssued(invitation=an_invitation(session)))

    desk.receive(catalog.SessionCancelled(session=replace(session, revision=2, status="cancelled")))

    assert desk.due() == []


def test_a_recording_is_announced_once_to_each_seat_however_often_it_is_described_anew(desk: Desk) -> None:
    session = a_session()
    desk.receive(published(session), confirmed(a_registration(session)), confirmed(a_registration(session)))
    recording = a_recording(session)
    described = replace(recording.recording, revision=2, captions=False)

    desk.receive(recording, catalog.RecordingPublished(recording=described))

    assert desk.kinds().count("recording-published") == 2


@pytest.mark.parametrize(
    ("registered", "expected"), [(datetime(2017, 3, 1, tzinfo=UTC), 1), (datetime(2018, 1, 1, tzinfo=UTC), 0)]
)
def test_who_registered_before_the_recording_is_told_of_it_though_the_registration_came_later(
    desk: Desk, registered: datetime, expected: int
) -> None:
    session = a_session()
    desk.receive(published(session), a_recording(session))

    desk.receive(confirmed(a_registration(session, registered_at=registered)))

    assert desk.kinds().count("recording-published") == expected


def test_an_older_event_of_a_registration_does_not_revive_it(desk: Desk) -> None:
    session = a_session()
    registration = a_registration(session)

    desk.receive(published(session), cancelled(registration), confirmed(registration), moved(session, days=1))

    assert desk.due() == ["registration-cancelled"]
    assert "session-rescheduled" not in desk.kinds()


def test_an_invitation_that_is_answered_needs_no_mail(desk: Desk) -> None:
    session = a_session()
    issued = an_invitation(session)
    accepted = replace(issued, revision=2, status="accepted")
    desk.pass_to(STARTS - timedelta(days=30))

    desk.receive(published(session), participation.InvitationIssued(invitation=issued))
    assert desk.due() == ["invitation-issued"]
    desk.receive(participation.InvitationAccepted(invitation=accepted))

    assert desk.due() == []


def test_completion_attendance_and_views_send_nothing(desk: Desk) -> None:
    session, series = a_session(), a_series()
    person = a_person()
    same = {"id": session.id, "revision": 1}
    desk.receive(
        published(session),
        series,
        participation.SeriesCompleted(
            completion=participation.Completed(
                **same, series_id=series.series.id, series_slug="large-urban", person=person, completed_at=STARTS
            )
        ),
        participation.AvailabilityChanged(
            availability=participation.Availability(**same, session_slug="world-cafe", confirmed=1, waitlisted=0)
        ),
        catalog.SessionHeld(session=replace(session, revision=2, status="held")),
    )

    assert desk.kinds() == []
