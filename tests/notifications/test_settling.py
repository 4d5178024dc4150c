"""A storm of changes within a short time becomes one mail, which tells the last state."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared import runtime
from shared.events import catalog
from shared.events import registration as participation
from tests.notifications.mails import entry_of, text_of
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_registration, a_session, cancelled, confirmed, moved, next_of, when
from tests.notifications.service import make_runtime
from tests.notifications.sink import Sink


@pytest.fixture
def patient(post: PostOffice) -> Iterator[PostOffice]:
    """A post office that lets news settle for half a minute."""
    post.settings = replace(post.settings, settle_seconds=30.0)
    post.runtime = make_runtime(post.settings)
    with runtime.use(post.runtime):
        yield post


def test_a_session_that_is_moved_five_times_in_a_minute_sends_one_mail(patient: PostOffice, sink: Sink) -> None:
    session = a_session()
    patient.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session)))
    patient.send()

    for _ in range(5):
        patient.receive(told := moved(session, days=1))
        session = told.session
        patient.send()
        patient.settle(12)
    patient.settle(18)
    patient.send()

    assert [str(mail["Subject"]) for mail in sink.mails] == ["You are registered: World Café", "New time: World Café"]
    assert patient.states() == {"sent": 2, "superseded": 4}
    text = text_of(sink.mails[-1])
    assert "Now: Tuesday, April 11, 2017" in text
    assert "Before: April 06" in text, "what the reader knows, not what it was for some seconds"
    entries = [entry_of(mail)[1] for mail in sink.mails]
    assert entries[0]["UID"] == entries[1]["UID"]
    assert entries[0]["SEQUENCE"] < entries[1]["SEQUENCE"]


def test_what_settled_is_told_once_more_where_it_changes_later(patient: PostOffice, sink: Sink) -> None:
    session = a_session()
    patient.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session)))
    for _ in range(2):
        patient.receive(told := moved(session, days=1))
        session = told.session
        patient.settle(31)
        patient.send()

    assert [text_of(mail).partition("Before: ")[2][:8] for mail in sink.mails[1:]] == ["April 06", "April 07"]


def test_who_gives_up_a_seat_and_takes_it_again_is_told_that_they_have_it(patient: PostOffice, sink: Sink) -> None:
    session = a_session()
    seat = a_registration(session)
    patient.receive(catalog.SessionPublished(session=session), confirmed(seat))
    patient.send()
    given_up = cancelled(seat)
    again = next_of(given_up.registration, "confirmed")

    patient.receive(given_up, confirmed(again))
    patient.send()
    patient.settle(31)
    patient.send()

    assert [str(mail["Subject"]) for mail in sink.mails] == ["You are registered: World Café"] * 2


def test_what_somebody_waits_for_is_sent_at_once(patient: PostOffice, sink: Sink) -> None:
    session = a_session(when=when(datetime(2100, 4, 6, 18, tzinfo=UTC)))
    seat, waiting = a_registration(session), a_registration(session, status="waitlisted", position=1)
    offered = a_registration(session, status="offered", offered_until=session.when.starts_at)
    patient.receive(
        catalog.SessionPublished(session=session),
        confirmed(seat),
        participation.RegistrationWaitlisted(registration=waiting),
        participation.RegistrationOffered(registration=offered),
        cancelled(seat, "session cancelled"),
    )

    patient.send()

    assert {row["kind"] for row in patient.rows() if row["state"] == "sent"} == {
        "registration-waitlisted",
        "registration-offered",
        "session-cancelled",
    }
