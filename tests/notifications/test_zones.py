"""When an online session is, in its reader's own zone, with the session's beside it."""

from dataclasses import replace

import pytest

from shared.events import catalog
from shared.events import registration as participation
from tests.notifications.desk import Desk
from tests.notifications.mails import text_of
from tests.notifications.samples import a_registration, a_session, confirmed, next_of

SESSIONS = "Thursday, April 6, 2017, 1:00–2:30 PM CDT"
OWN = f"When: {SESSIONS}\r\n"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (
            "America/New_York",
            "Thursday, April 6, 2017, 2:00–3:30 PM EDT (1:00–2:30 PM CDT in the session's own time zone)",
        ),
        (
            "Asia/Tokyo",
            f"Friday, April 7, 2017, 3:00–4:30 AM JST ({SESSIONS} in the session's own time zone)",
        ),
    ],
)
def test_an_online_session_is_told_in_both_zones(desk: Desk, zone: str, told: str) -> None:
    session = a_session()

    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session, timezone=zone)))

    assert f"When: {told}\r\n" in text_of(desk.mails()[0])


@pytest.mark.parametrize("zone", [None, "America/Chicago", "America/Menominee", "Mars/Olympus", "../etc/passwd"])
def test_one_zone_is_enough_where_theirs_is_the_same_or_not_known(desk: Desk, zone: str | None) -> None:
    session = a_session()

    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session, timezone=zone)))

    assert OWN in text_of(desk.mails()[0])


def test_a_session_at_a_place_is_told_in_the_places_time(desk: Desk) -> None:
    session = a_session(format="workshop", online=None, venue=catalog.Place(name="Hall"))
    seat = a_registration(session, timezone="Asia/Tokyo")

    desk.receive(catalog.SessionPublished(session=session), confirmed(seat))

    assert OWN in text_of(desk.mails()[0])


def test_a_zone_that_is_corrected_holds_from_then_on(desk: Desk) -> None:
    session = a_session()
    seat = a_registration(session)
    moved_house = replace(next_of(seat, "confirmed"), timezone="America/New_York")

    desk.receive(
        catalog.SessionPublished(session=session),
        confirmed(seat),
        participation.RegistrationUpdated(registration=moved_house),
    )

    assert "2:00–3:30 PM EDT" in text_of(desk.mails()[0])
