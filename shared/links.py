"""Signed links: what a mail carries so that its reader needs no password.

A token names its purpose and its subject and is signed with a key that registration and notifications share. So no
secret travels in an event or lies in an outbox: notifications derives the link when it writes the mail, registration
verifies it. A token of one purpose is void for another.
"""

from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

from shared.settings import Settings, read_secret


class Signer:
    """Signs many links, with the key as it is when this is made. Raises RuntimeError where there is none."""

    def __init__(self, settings: Settings) -> None:
        self._key = _read_key(settings)

    def sign(self, purpose: str, subject: str) -> str:
        """A token by which its bearer may do `purpose` with `subject`."""
        return str(_serializer(self._key, purpose).dumps(subject))


def sign(settings: Settings, purpose: str, subject: str) -> str:
    """A token by which its bearer may do `purpose` with `subject`. Raises RuntimeError where LINKS_KEY_FILE is not
    set.
    """
    return Signer(settings).sign(purpose, subject)


def verify(settings: Settings, purpose: str, token: str) -> str | None:
    """The subject of a token of this purpose; None where it is not one. Compares in constant time."""
    try:
        return str(_serializer(_read_key(settings), purpose).loads(token))
    except BadSignature:
        return None


def _read_key(settings: Settings) -> str:
    key = read_secret(settings.links_key_file)
    if not key:
        raise RuntimeError("LINKS_KEY_FILE is needed to sign and verify links")
    return key


@lru_cache(maxsize=64)
def _serializer(key: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=f"convene.{purpose}")
