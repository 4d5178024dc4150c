"""Where what readers do comes from, for the proof of it."""

from services.notifications.subscriptions.queries import Origin
from shared.http import networks


def origin() -> Origin:
    """Of the present request."""
    return Origin(networks.address(), networks.network())
