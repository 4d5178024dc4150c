"""Registrants may give their time zone, which events carry to the emails."""

import pytest

from tests.registration.registration import Registration


def told(registration: Registration) -> list[str | None]:
    """The zone that each event of the registration carries."""
    rows = registration.conn.execute(
        "SELECT document -> 'data' -> 'registration' ->> 'timezone' FROM outbox"
        " WHERE aggregate = 'registration' ORDER BY position"
    )
    return [row[0] for row in rows]


def test_a_zone_travels_with_the_registration_and_can_be_corrected(registration: Registration) -> None:
    registration.hold()

    made = registration.register("ada@x.org", timezone="America/New_York")
    assert made.status_code == 201
    corrected = registration.client.patch(registration.link(made), json={"timezone": "Asia/Tokyo"})

    assert corrected.status_code == 200
    assert told(registration) == ["America/New_York", "Asia/Tokyo"]
    assert registration.client.get(registration.link(made)).json["timezone"] == "Asia/Tokyo"


def test_nobody_needs_to_say_one(registration: Registration) -> None:
    registration.hold()

    registration.register("ada@x.org")

    assert told(registration) == [None]


@pytest.mark.parametrize("name", ["EDT!", "../etc/passwd", "America/Springfield", "x" * 65, 5])
def test_what_is_no_zone_is_refused(registration: Registration, name: object) -> None:
    registration.hold()

    refused = registration.register("ada@x.org", timezone=name)

    assert refused.status_code == 422
    assert "timezone" in refused.json["errors"]
