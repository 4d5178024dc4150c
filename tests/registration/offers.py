"""Offers of free seats to the waiting list."""

from services.registration.seats.jobs import pass_on_offers
from shared import runtime
from tests.registration.registration import Registration
from tests.web_client import WebResponse


def pass_on(registration: Registration) -> int:
    with runtime.share_connection(registration.conn):
        return pass_on_offers()


def accept(registration: Registration, registered: WebResponse) -> WebResponse:
    path = registration.link(registered).replace("?", "/accept?")
    return registration.client.post(path)
