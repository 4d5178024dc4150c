"""Where a request for a group is confirmed, and where who sent it reads what comes next."""

from urllib.parse import urlencode

from services.registration.groups.domain import PURPOSE, RECEIPT
from services.registration.groups.queries import Group
from shared import runtime, signed_links

HOME = "/registration/group"


def receipt(group: Group) -> str:
    """Where it is told what comes next, and nothing of who was named."""
    return f"{HOME}/requested?{urlencode({'receipt': signed_links.sign(runtime.settings(), RECEIPT, str(group.id))})}"


def confirmation(group: Group) -> str:
    """Where the registrar confirms; the link in the mail leads there."""
    return f"{HOME}?{urlencode({'token': signed_links.sign(runtime.settings(), PURPOSE, str(group.id))})}"
