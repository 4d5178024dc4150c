"""Where people find what is theirs: paths of pages, with the tokens that the links in mails carry too."""

from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

from shared import runtime, signed_links
from shared.signed_links import Ticket


class Linked(Protocol):
    """What a link is to, whose generation it is of, and when it ends; None where that is not known yet."""

    @property
    def id(self) -> UUID: ...
    @property
    def generation(self) -> int: ...
    @property
    def links_end_at(self) -> datetime | None: ...


def manage(to: Linked) -> str:
    """Where somebody sees a registration of theirs."""
    return managing(to.id, issue(signed_links.MANAGE, to))


def managing(id: UUID, token: str, part: str = "") -> str:
    """The same by a token that they have; `part` is what they do there: `change`, `cancel`, `offer`."""
    return f"/registration/manage/{id}{f'/{part}' if part else ''}?{urlencode({'token': token})}"


def invitation(to: Linked) -> str:
    """Where an invitation is answered."""
    return f"/registration/invitations/{issue(signed_links.INVITATION, to)}"


def join(to: Linked) -> str:
    """Where somebody with a seat enters an online session."""
    return joining(issue(signed_links.JOIN, to))


def joining(token: str) -> str:
    """The same by a token that they have."""
    return f"/registration/join?{urlencode({'token': token})}"


def certificate(id: UUID) -> str:
    """Where anybody verifies a certificate."""
    return f"/registration/certificates/{id}"


def new_link(token: str) -> str:
    """Where who has a link that has ended asks for a new one."""
    return f"/registration/new-link?{urlencode({'token': token})}"


def issue(purpose: str, to: Linked) -> str:
    """A token for a link of this purpose."""
    return signed_links.issue(runtime.settings(), purpose, Ticket(str(to.id), to.generation, to.links_end_at))
