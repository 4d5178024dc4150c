"""The links in a mail. Personal ones carry a token, which is made when the mail is written and never stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared import signed_links
from shared.settings import Settings
from shared.signed_links import Signer, Ticket

# What stands in a personal link that is shown to others, such as staff.
HIDDEN = "hidden"

# A registration can be looked at for so long after its session; a recording can be watched, and what one hears of
# changed, for so long after the mail.
AFTER_SESSION = timedelta(days=30)
AFTER_MAIL = timedelta(days=730)


@dataclass(frozen=True)
class Holder:
    """For whom links are: the generation of theirs that is good now, and when those to the mail's subject end."""

    generation: int = 0
    ends_at: datetime | None = None


class Links:
    """Makes personal links; `shown` makes them without tokens, for others to look at."""

    def __init__(self, settings: Settings, *, shown: bool = False) -> None:
        self.origin = settings.public_url
        self._signer = None if shown else Signer(settings)

    def _sign(self, purpose: str, subject: object) -> str:
        return self._signer.sign(purpose, str(subject)) if self._signer else HIDDEN

    def _issue(self, purpose: str, subject: object, holder: Holder) -> str:
        ticket = Ticket(str(subject), holder.generation, holder.ends_at)
        return self._signer.issue(purpose, ticket) if self._signer else HIDDEN

    def registration(self, id: UUID, holder: Holder) -> str:
        """Where a registration is seen, changed and cancelled."""
        return f"{self.origin}/registration/manage/{id}?token={self._issue(signed_links.MANAGE, id, holder)}"

    def offer(self, id: UUID, holder: Holder) -> str:
        """Where an offered seat is accepted."""
        return f"{self.origin}/registration/manage/{id}/offer?token={self._issue(signed_links.MANAGE, id, holder)}"

    def join(self, id: UUID, holder: Holder) -> str:
        """Where somebody who is registered enters an online session; nothing else is open to who has this."""
        return f"{self.origin}/registration/v1/join?token={self._issue(signed_links.JOIN, id, holder)}"

    def sign_in(self, id: UUID) -> str:
        """Where somebody signs in, once."""
        return f"{self.origin}/registration/sign-in/link?token={self._sign('sign-in', id)}"

    def group(self, id: UUID) -> str:
        """Where somebody confirms that they register colleagues."""
        return f"{self.origin}/registration/group?token={self._sign('group', id)}"

    def certificate(self, id: UUID) -> str:
        """Where anybody sees, and verifies, a certificate."""
        return f"{self.origin}/registration/certificates/{id}"

    def subscription_request(self, id: UUID) -> str:
        """Where somebody confirms that they want the newsletter."""
        return f"{self.origin}/notifications/confirm?token={self._sign('subscription-request', id)}"

    def subscription(self, id: UUID, holder: Holder) -> str:
        """Where a reader sees and changes their subscription."""
        return f"{self.origin}/notifications/preferences/{self._issue(signed_links.PREFERENCES, id, holder)}"

    def leaving(self, reader: UUID, issue: UUID) -> str:
        """Where a reader leaves the newsletter with one click; it tells by which issue."""
        return f"{self.origin}/notifications/v1/unsubscribe/{self._sign('unsubscribe', f'{reader} {issue}')}"

    def archived(self, slug: str) -> str:
        """Where anybody reads an issue."""
        return f"{self.origin}/notifications/archive/{slug}"

    def views(self, session_slug: str, session_id: UUID, person_id: UUID, holder: Holder) -> str:
        """Where a person watches a recording, so that it counts. The token is for the player alone: as a fragment it is
        sent to no server, so the page is the same for all, and no log or cache holds it.
        """
        token = self._issue(signed_links.WATCH, f"{person_id} {session_id}", holder)
        return f"{self.origin}/catalog/recordings/{session_slug}#token={token}"

    def invitation(self, id: UUID, holder: Holder) -> str:
        """Where an invitation is seen; `/accept` and `/decline` below it."""
        return f"{self.origin}/registration/invitations/{self._issue(signed_links.INVITATION, id, holder)}"


def web_link(address: str | None) -> str | None:
    """An address that may stand in a mail as a link: web addresses only, and nothing that could end one; else None."""
    if not address or not address.startswith(("https://", "http://")):
        return None
    return address if address.isprintable() and not set(address) & set(' "<>\\') else None
