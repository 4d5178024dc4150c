"""A key for repeating a request opens nothing: an answer is kept for who asked, and shown to nobody who is refused."""

import pytest

from tests.registration.conftest import Registration
from tests.registration.test_forms import set_rules
from tests.security.houses import House
from tests.security.linked import ADA, EVE

KEY = {"Idempotency-Key": "a-key-that-somebody-used"}


@pytest.fixture
def offered(registration: Registration) -> str:
    """The address at which an offered seat is accepted, without a token."""
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second = registration.register(ADA), registration.register(EVE)
    registration.client.delete(registration.link(first))
    assert registration.value("SELECT status FROM registrations WHERE id = %s", second.json["id"]) == "offered"
    return f"/registration/v1/registrations/{second.json['id']}/accept"


@pytest.mark.covers("API1:2023", "ASVS 8.2.1")
def test_what_staff_were_answered_is_given_again_to_them_alone(
    registration: Registration, registering: House, offered: str
) -> None:
    first = registration.client.post(offered, headers={**registration.staff, **KEY})
    again = registration.client.post(offered, headers={**registration.staff, **KEY})
    reader = {"Authorization": f"Bearer {registering.staff('notifications:read')}"}

    assert (first.status_code, again.status_code) == (200, 200)
    assert "Idempotent-Replayed" in again.headers
    for headers in ({}, reader):
        answer = registration.client.post(offered, headers={**headers, **KEY})
        assert (answer.status_code, answer.json["detail"]) == (404, "There is no such registration.")


def test_an_answer_is_given_again_to_the_one_who_asked(registration: Registration) -> None:
    registration.hold("first")
    first, again = (registration.register(ADA, "first", key="the-key-of-ada") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
