"""Signed links: what a mail carries so that its reader needs no password.

A token names its purpose and its subject and is signed with a key that registration and notifications share. So no
secret travels in an event or lies in an outbox: notifications derives the link when it writes the mail, registration
verifies it. A token of one purpose is void for another.

LINKS_KEY_FILE may hold several keys, one a line: the first signs, and links that any of them signed are good. So a new
key goes on top, and the one before stays below it for as long as mails with its links shall work.
"""

from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

from shared.settings import Settings, read_keys


class Signer:
    """Signs many links, with the key as it is when this is made. Raises RuntimeError where there is none."""

    def __init__(self, settings: Settings) -> None:
        self._keys = _read_keys(settings)

    def sign(self, purpose: str, subject: str) -> str:
        """A token by which its bearer may do `purpose` with `subject`."""
        return str(_serializer(self._keys, purpose).dumps(subject))


def sign(settings: Settings, purpose: str, subject: str) -> str:
    """A token by which its bearer may do `purpose` with `subject`. Raises RuntimeError where LINKS_KEY_FILE is not
    set.
    """
    return Signer(settings).sign(purpose, subject)


def verify(settings: Settings, purpose: str, token: str) -> str | None:
    """The subject of a token of this purpose; None where it is not one. Compares in constant time."""
    try:
        return str(_serializer(_read_keys(settings), purpose).loads(token))
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
