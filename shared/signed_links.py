"""Signed links: what a mail carries so that its reader needs no password.

A token names its purpose, its subject, the generation of the links of the one whom it is for, and when it ends, and is
signed with a key that registration and notifications share. So no secret travels in an event or lies in an outbox:
notifications derives the link when it writes the mail, registration verifies it. A token of one purpose is void for
another; who checks it compares the generation with that of the person now, which revokes all older links at once.

Release 0.1.0 signed a purpose and a subject alone. Such a token is good still, as of generation 0 and without an end of
its own; LINKS_FORM says which form is written. Tokens for what the database itself ends or what never ends (`sign-in`,
`subscription-request`, `unsubscribe`) have that form for good.

LINKS_KEY_FILE may hold several keys, one a line: the first signs, and links that any of them signed are good. So a new
key goes on top, and the one before stays below it for as long as mails with its links shall work.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from shared.settings import Settings, read_keys

MANAGE, JOIN, WATCH, INVITATION = "manage", "join", "watch", "invitation"
PREFERENCES, RECEIPT = "preferences", "receipt"
# Names of purposes that are different in 0.1.0.
BEFORE = {MANAGE: "registration", WATCH: "learner", PREFERENCES: "subscription"}


@dataclass(frozen=True)
class Ticket:
    """The content of a token. `ends_at` is None if it does not expire by itself, as tokens of 0.1.0 do not."""

    subject: str
    generation: int = 0
    ends_at: datetime | None = None


class Signer:
    """Signs many links, with the key as it is when this is made. Raises RuntimeError where there is none."""

    def __init__(self, settings: Settings) -> None:
        self._keys = _read_keys(settings)
        self._as_before = settings.links_form == "0.1.0"

    def issue(self, purpose: str, ticket: Ticket) -> str:
        """A token by which its bearer may do `purpose` with the ticket's subject, until it ends.

        Where LINKS_FORM asks for the form of 0.1.0 it has that, unless it is of a later generation: then an older form
        would be good for who has an older link.
        """
        if self._as_before and not ticket.generation:
            # 0.1.0 knows links to watch by their person alone.
            subject = ticket.subject.partition(" ")[0] if purpose == WATCH else ticket.subject
            return self.sign(BEFORE.get(purpose, purpose), subject)
        end = int(ticket.ends_at.timestamp()) if ticket.ends_at else None
        return str(_serializer(self._keys, f"2.{purpose}").dumps([ticket.subject, ticket.generation, end]))

    def sign(self, purpose: str, subject: str) -> str:
        """A token in the form of 0.1.0: without a generation and without an end."""
        return str(_serializer(self._keys, purpose).dumps(subject))


def issue(settings: Settings, purpose: str, ticket: Ticket) -> str:
    """A token for this ticket; see `Signer.issue`. Raises RuntimeError where LINKS_KEY_FILE is not set."""
    return Signer(settings).issue(purpose, ticket)


def read(settings: Settings, purpose: str, token: str) -> Ticket | None:
    """Return the content of a token of this purpose in either form; None if it is invalid. Takes constant time."""
    said = _load(_read_keys(settings), f"2.{purpose}", token)
    if said is not None:
        subject, generation, end = said
        return Ticket(subject, generation, datetime.fromtimestamp(end, UTC) if end is not None else None)
    before = verify(settings, BEFORE.get(purpose, purpose), token)
    return None if before is None else Ticket(before)


def sign(settings: Settings, purpose: str, subject: str) -> str:
    """A token in the form of 0.1.0. Raises RuntimeError where LINKS_KEY_FILE is not set."""
    return Signer(settings).sign(purpose, subject)


def verify(settings: Settings, purpose: str, token: str) -> str | None:
    """The subject of a token in the form of 0.1.0; None where it is none of this purpose."""
    said = _load(_read_keys(settings), purpose, token)
    return None if said is None else str(said)


def _load(keys: tuple[str, ...], purpose: str, token: str) -> Any:
    try:
        return _serializer(keys, purpose).loads(token)
    except BadSignature:
        return None


def _read_keys(settings: Settings) -> tuple[str, ...]:
    keys = read_keys(settings.links_key_file)
    if not keys:
        raise RuntimeError("LINKS_KEY_FILE is needed to sign and verify links")
    return tuple(keys)


@lru_cache(maxsize=64)
def _serializer(keys: tuple[str, ...], purpose: str) -> URLSafeSerializer:
    # itsdangerous signs with the last key of a list.
    return URLSafeSerializer(list(reversed(keys)), salt=f"convene.{purpose}")
