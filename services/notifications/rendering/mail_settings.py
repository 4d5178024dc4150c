"""What all mails have in common: in whose name they go, how their links are made, and how staff word them."""

from dataclasses import dataclass, field

from services.notifications.formats.mail_headers import Mailbox, parse_mailbox
from services.notifications.rendering.links import Links
from services.notifications.rendering.sandbox import TemplateOverrides
from services.notifications.settings import NotificationsSettings


@dataclass(frozen=True)
class MailSettings:
    """Made once for many mails; the key of links, and the templates by staff, are as they were then."""

    sender: Mailbox
    reply_to: Mailbox | None
    links: Links
    overrides: TemplateOverrides = field(default_factory=TemplateOverrides)


def make_mail_settings(
    settings: NotificationsSettings, overrides: TemplateOverrides | None = None, *, shown: bool = False
) -> MailSettings:
    """The mail_settings by the settings; `shown` makes links without tokens, for others to look at. Raises RuntimeError
    without a key.
    """
    reply_to = parse_mailbox(settings.reply_to) if settings.reply_to else None
    links = Links(settings, shown=shown)
    return MailSettings(parse_mailbox(settings.mail_from), reply_to, links, overrides or TemplateOverrides())
