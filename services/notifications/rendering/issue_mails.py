"""Mails that say the same to many: written once, with a place for each reader's own links."""

from dataclasses import dataclass
from uuid import UUID

from services.notifications.rendering.links import Holder, Links
from services.notifications.rendering.templates import Texts

# Where the links of each reader come. No address is like these (RFC 2606, 2).
LEAVE, PREFERENCES = "https://leave.invalid/", "https://preferences.invalid/"


@dataclass(frozen=True)
class IssueMail:
    """An issue as it goes to everybody: `texts` hold LEAVE and PREFERENCES."""

    issue: UUID
    texts: Texts

    def personal(self, links: Links, reader: UUID, holder: Holder) -> tuple[Texts, str]:
        """The issue as it goes to one reader, and where they leave by it."""
        leave, preferences = links.leaving(reader, self.issue), links.subscription(reader, holder)
        text, html = (
            form.replace(LEAVE, leave).replace(PREFERENCES, preferences) for form in (self.texts.text, self.texts.html)
        )
        return Texts(self.texts.subject, text, html), leave
