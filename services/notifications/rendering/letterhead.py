"""What all mails have in common: in whose name they go, and how their links are made."""

from dataclasses import dataclass

from services.notifications.rendering.addresses import Mailbox, parse_mailbox
from services.notifications.rendering.links import Links
from services.notifications.settings import NotificationsSettings


@dataclass(frozen=True)
class Letterhead:
    """Made once for many mails; the key of links is as it was then."""

    sender: Mailbox
    reply_to: Mailbox | None
    links: Links


def read_letterhead(settings: NotificationsSettings, *, shown: bool = False) -> Letterhead:
    """The letterhead by the settings; `shown` makes links without tokens, for others to look at. Raises RuntimeError
    without a key.
    """
    reply_to = parse_mailbox(settings.reply_to) if settings.reply_to else None
    return Letterhead(parse_mailbox(settings.mail_from), reply_to, Links(settings, shown=shown))
