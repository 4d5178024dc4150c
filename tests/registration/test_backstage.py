"""Quarantine and audit log, on the pages that every service has."""

from collections.abc import Callable
from uuid import UUID

import pytest
from lxml import html

from shared.http.signin import COOKIE
from shared.messaging import quarantine
from tests.registration.registration import Registration
from tests.web_client import WebClient

HERE = {"Sec-Fetch-Site": "same-origin"}
QUEUES = "/registration/staff/queues"


@pytest.fixture
def staff(registration: Registration, staff_token: Callable[[str], str]) -> WebClient:
    """A browser signed in as staff who may manage queues and registrations."""
    registration.client.set_cookie(COOKIE, staff_token("operations registration:write"))
    return registration.client


@pytest.fixture
def set_aside(registration: Registration) -> UUID:
    """A message that was no event, with a reason that is no markup either."""
    quarantine.insert(registration.conn, reason="<b>no JSON</b>", routing_key="x.y.z", headers={}, body=b"{")
    [found] = quarantine.select_all(registration.conn)
    return found["id"]


def test_what_was_set_aside_is_shown_as_text(staff: WebClient, set_aside: UUID) -> None:
    page = html.fromstring(staff.get(QUEUES).text)

    assert "<b>no JSON</b>" in page.xpath("string(//table)")
    assert page.xpath("//form/@action")[1:3] == [f"{QUEUES}/{set_aside}/replay", f"{QUEUES}/{set_aside}/discard"]


def test_an_operator_decides_once_and_it_is_written_down(staff: WebClient, set_aside: UUID) -> None:
    answers = [staff.post(f"{QUEUES}/{set_aside}/discard", headers=HERE).status_code for _ in range(2)]
    log = html.fromstring(staff.get("/registration/staff/audit?action=quarantine.discard").text)

    assert answers == [303, 404]
    assert "Nothing is quarantined." in staff.get(QUEUES).text
    assert log.xpath("count(//tbody/tr)") == 1
    assert str(set_aside) in log.xpath("string(//tbody)")


def test_who_may_not_operate_decides_nothing(
    registration: Registration, staff_token: Callable[[str], str], set_aside: UUID
) -> None:
    registration.client.set_cookie(COOKIE, staff_token("registration:write"))

    assert registration.client.post(f"{QUEUES}/{set_aside}/discard", headers=HERE).status_code == 403
    assert quarantine.count(registration.conn) == 1
