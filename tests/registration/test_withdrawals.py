"""Sessions that the catalog withdraws."""

from dataclasses import replace
from uuid import uuid4

from shared.events.catalog import RecordingPublished, RecordingWithdrawn, SeriesWithdrawn, SessionWithdrawn
from tests.registration.registration import Registration
from tests.registration.samples import make_recording, make_series

AFTER = "2017-05-10T12:00:00-05:00"


def test_a_withdrawn_session_that_was_to_come_releases_everybody_and_takes_nobody(registration: Registration) -> None:
    session = registration.hold()
    ada = registration.register("ada@x.org")

    registration.hear(SessionWithdrawn(session=replace(session, revision=2, status="cancelled")))

    assert registration.status(ada)[0] == "cancelled"
    refused = registration.register("bob@x.org")
    assert refused.status_code == 409
    assert refused.json
    assert refused.json["type"] == "urn:convene:problem:session-cancelled"


def test_nobody_completes_a_withdrawn_series(registration: Registration) -> None:
    session, series = registration.hold("first"), uuid4()
    registration.register("ada@x.org", "first")
    registration.know_series(make_series([session.id], id=series))
    registration.hear(SeriesWithdrawn(series=make_series([session.id], id=series, revision=2)))
    registration.set_time(AFTER)

    registration.attend(("ada@x.org", 80), slug="first")

    assert registration.events("series") == []


def test_a_withdrawn_recording_stays_so_when_older_news_of_it_comes_late(registration: Registration) -> None:
    session = registration.hold()
    recording = make_recording(session)
    registration.hear(RecordingWithdrawn(recording=replace(recording, revision=2)))

    registration.hear(RecordingPublished(recording=recording))

    assert registration.value("SELECT withdrawn FROM recordings WHERE session_id = %s", session.id) is True
    registration.hear(RecordingPublished(recording=replace(recording, revision=3)))
    assert registration.value("SELECT withdrawn FROM recordings WHERE session_id = %s", session.id) is False
