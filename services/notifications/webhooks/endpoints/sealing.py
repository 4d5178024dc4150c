"""Secrets that sign what an outside site gets: shown once, kept encrypted, used by us alone.

The key is made from LINKS_KEY_FILE, for this purpose alone. With another links key a secret cannot be read any more,
and has to be made anew.
"""

import secrets
from base64 import b64encode
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.settings import Settings, read_secret

PURPOSE = b"convene.webhook-secret"
SECRET_BYTES, NONCE_BYTES = 32, 12


class SecretLost(Exception):
    """A secret was encrypted by another key than the one that is there now."""


def make_secret() -> str:
    """A new one, as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def seal(settings: Settings, webhook_id: UUID, secret: str) -> bytes:
    """The secret as it is kept; it can be read as this webhook's alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(settings).encrypt(nonce, secret.encode(), webhook_id.bytes)


def unseal(settings: Settings, webhook_id: UUID, sealed: bytes) -> str:
    """The secret. Raises SecretLost."""
    nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(settings).decrypt(nonce, encrypted, webhook_id.bytes).decode()
    except InvalidTag:
        raise SecretLost("its secret cannot be read: LINKS_KEY_FILE is another one; make it a new secret") from None


def _cipher(settings: Settings) -> AESGCM:
    return _make_cipher(read_secret(settings.links_key_file) or "")


@lru_cache(maxsize=4)
def _make_cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key.encode()))
