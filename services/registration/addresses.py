"""Where people find what is theirs: paths of pages, with the tokens that the links in mails carry too."""

from uuid import UUID

from shared import links, runtime
from shared.errors import NotFound

REGISTRATION, INVITATION, JOIN = "registration", "invitation", "join"


def manage(id: UUID, part: str = "") -> str:
    """Where somebody sees a registration of theirs; `part` is what they do there: `change`, `cancel`, `offer`."""
    return f"/registration/manage/{id}{f'/{part}' if part else ''}?token={_sign(REGISTRATION, id)}"


def invitation(id: UUID) -> str:
    """Where an invitation is answered."""
    return f"/registration/invitations/{_sign(INVITATION, id)}"


def join(id: UUID) -> str:
    """Where somebody with a seat enters an online session."""
    return f"/registration/v1/join?token={_sign(JOIN, id)}"


def certificate(id: UUID) -> str:
    """Where anybody verifies a certificate."""
    return f"/registration/certificates/{id}"


def check(id: UUID, token: str | None) -> None:
    """Let on who has the link to a registration. Raises NotFound, so that nobody learns what exists."""
    if token is None or links.verify(runtime.settings(), REGISTRATION, token) != str(id):
        raise NotFound("There is no such registration.")


def _sign(purpose: str, id: UUID) -> str:
    return links.sign(runtime.settings(), purpose, str(id))
