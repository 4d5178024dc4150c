"""Where what readers do comes from, for the proof of it."""

from services.notifications.subscriptions.queries import Origin
from shared.http import client_address


def origin() -> Origin:
    """Of the present request."""
    return Origin(client_address.client_ip(), client_address.client_network())
