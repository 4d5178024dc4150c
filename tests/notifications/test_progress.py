"""One more to go: a person with one session of a series left is notified, once, unless they have seen it by then."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.notifications.delivery.supersession import superseded_reason
from shared.events import catalog
from shared.events import registration as participation
from tests.notifications.desk import Desk
from tests.notifications.mails import text_of
from tests.notifications.samples import STARTS, a_recording, a_session, progress


def completed(told: participation.SeriesProgressed) -> participation.SeriesCompleted:
    """The event that the same person has completed the same series."""
    done = participation.Completed(
        id=uuid4(),
        revision=1,
        series_id=told.progress.series_id,
        series_slug=told.progress.series_slug,
        person=told.progress.person,
        completed_at=STARTS,
    )
    return participation.SeriesCompleted(completion=done)


def test_the_session_that_is_left_is_named_with_its_time(desk: Desk) -> None:
    session = a_session()
    told = progress(session)

    desk.receive(catalog.SessionPublished(session=session), told)

    [mail] = desk.mails()
    text = " ".join(text_of(mail).split())
    assert str(mail["Subject"]) == "One more to go: World Café"
    assert "You have completed 2 of the 3 sessions of the series Large and Urban Communities." in text
    assert "When: Thursday, April 6, 2017, 1:00–2:30 PM CDT" in text
    assert "token=" not in text


def test_its_recording_can_be_watched_through_ones_own_link(desk: Desk) -> None:
    session = a_session(status="held")

    desk.receive(catalog.SessionPublished(session=session), progress(session), a_recording(session))

    text = text_of(desk.mail("series-progress"))
    assert "you can watch the recording" in " ".join(text.split())
    assert "/catalog/recordings/world-cafe#token=" in text


def test_no_recording_is_offered_where_it_would_not_count(desk: Desk) -> None:
    session = a_session(status="held")

    desk.receive(catalog.SessionPublished(session=session), progress(session, counts=["live"]), a_recording(session))

    assert "token=" not in text_of(desk.mail("series-progress"))


@pytest.mark.parametrize("order", ["progress first", "completion first"])
def test_who_has_completed_the_series_meanwhile_is_not_told(desk: Desk, order: str) -> None:
    session = a_session()
    told = progress(session)
    news = [told, completed(told)]

    desk.receive(catalog.SessionPublished(session=session), *(news if "progress" in order else reversed(news)))

    assert desk.due() == []


def test_the_series_of_somebody_else_changes_nothing(desk: Desk) -> None:
    session = a_session()
    told, other = progress(session), progress(session)

    desk.receive(catalog.SessionPublished(session=session), told, completed(other))

    assert desk.due() == ["series-progress"]


def test_a_session_that_will_not_take_place_is_not_to_go(desk: Desk) -> None:
    session = a_session()
    gone = replace(session, revision=2, status="cancelled")

    desk.receive(catalog.SessionPublished(session=session), progress(session), catalog.SessionCancelled(session=gone))

    [(facts, known)] = desk._facts()
    assert superseded_reason(facts, known) == "the session is cancelled by now"


def test_the_erased_are_told_nothing_and_leave_nothing(desk: Desk) -> None:
    session = a_session()
    told = progress(session)
    desk.receive(catalog.SessionPublished(session=session), told, completed(told))

    erasure = participation.Erasure(id=uuid4(), revision=1, person=told.progress.person)
    desk.receive(participation.PersonErased(erasure=erasure), replace(told), completed(told))

    assert [row["recipient"] for row in desk.rows()] == [""]
    left = desk.conn.execute("SELECT (SELECT count(*) FROM completions), (SELECT count(*) FROM notices)").fetchone()
    assert left == (0, 0)
