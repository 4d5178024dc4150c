"""Secrets that sign what an outside site gets: shown once, kept encrypted, used by us alone.

The key is made from LINKS_KEY_FILE, for this purpose alone. Of several keys in it the first encrypts, and what any of
them encrypted can be read. Once a key is gone from the file, a secret that it encrypted has to be made anew: `webhooks
reencrypt_secret` encrypts all by the first before that.
"""

import secrets
from base64 import b64encode
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.settings import Settings, read_keys

PURPOSE = b"convene.webhook-secret"
SECRET_BYTES, NONCE_BYTES = 32, 12


class SecretLost(Exception):
    """A secret was encrypted by another key than the one that is there now."""


def make_secret() -> str:
    """A new one, as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def encrypt_secret(settings: Settings, webhook_id: UUID, secret: str) -> bytes:
    """The secret as it is kept; it can be read as this webhook's alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = _make_cipher(read_keys(settings.links_key_file)[0])
    return nonce + cipher.encrypt(nonce, secret.encode(), webhook_id.bytes)


def decrypt_secret(settings: Settings, webhook_id: UUID, sealed: bytes) -> str:
    """The secret. Raises SecretLost."""
    for key in read_keys(settings.links_key_file):
        if (secret := _decrypt(key, webhook_id, sealed)) is not None:
            return secret
    raise SecretLost("its secret cannot be read: LINKS_KEY_FILE is another one; make it a new secret")


def is_readable(settings: Settings, webhook_id: UUID, sealed: bytes) -> bool:
    """Whether any key of the file encrypted it."""
    return any(_decrypt(key, webhook_id, sealed) is not None for key in read_keys(settings.links_key_file))


def reencrypt_secret(settings: Settings, webhook_id: UUID, sealed: bytes) -> bytes:
    """The secret encrypted by the first key; `sealed` itself where it is already. Raises SecretLost."""
    if _decrypt(read_keys(settings.links_key_file)[0], webhook_id, sealed) is not None:
        return sealed
    return encrypt_secret(settings, webhook_id, decrypt_secret(settings, webhook_id, sealed))


def _decrypt(key: str, webhook_id: UUID, sealed: bytes) -> str | None:
    """The secret, or None where another key encrypted it."""
    nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _make_cipher(key).decrypt(nonce, encrypted, webhook_id.bytes).decode()
    except InvalidTag:
        return None


@lru_cache(maxsize=4)
def _make_cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key.encode()))
