"""What all mails have in common: in whose name they go, how their links are made, and how staff word them."""

from dataclasses import dataclass, field

from services.notifications.rendering.addresses import Mailbox, parse_mailbox
from services.notifications.rendering.links import Links
from services.notifications.rendering.overrides import Overrides
from services.notifications.settings import NotificationsSettings


@dataclass(frozen=True)
class Letterhead:
    """Made once for many mails; the key of links, and the templates by staff, are as they were then."""

    sender: Mailbox
    reply_to: Mailbox | None
    links: Links
    overrides: Overrides = field(default_factory=Overrides)


def read_letterhead(
    settings: NotificationsSettings, overrides: Overrides | None = None, *, shown: bool = False
) -> Letterhead:
    """The letterhead by the settings; `shown` makes links without tokens, for others to look at. Raises RuntimeError
    without a key.
    """
    reply_to = parse_mailbox(settings.reply_to) if settings.reply_to else None
    links = Links(settings, shown=shown)
    return Letterhead(parse_mailbox(settings.mail_from), reply_to, links, overrides or Overrides())
