"""Makes the secrets of one installation: `python -m deploy.secrets FOLDER`.

Makes what is missing and leaves what is there, so it may run before every start, also twice at the same moment.
`definitions.json` is the whole set-up of RabbitMQ: the committed topology with the users, their permissions and
hashes of their passwords. `jwt-private.pem` and `jwks.json` are those of the development identity provider;
`--production` leaves them out.
"""

import argparse
import base64
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

SERVICES = ("catalog", "registration", "notifications")
VHOST = "convene"
OPERATOR = "operator"
TOPOLOGY = Path(__file__).with_name("rabbitmq") / "definitions.json"


def make_secrets(folder: Path, *, production: bool = False) -> None:
    """Complete `folder`, which only its owner may read. A secret that is there is never changed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (
        "postgres-password",
        *(f"{service}-db-password" for service in SERVICES),
        *(f"{service}-owner-db-password" for service in SERVICES),
        "erlang-cookie",
        "links-key",
        *(f"{service}-session-key" for service in SERVICES),
    ):
        _keep(folder / name, _random_text)
    passwords = {user: _keep(folder / f"{user}-broker-password", _random_text) for user in (*SERVICES, OPERATOR)}
    _keep(folder / "badge-key", new_signing_key)
    _put(folder / "definitions.json", json.dumps(definitions(passwords), indent=2))
    if not production:
        pem = _keep(folder / "jwt-private.pem", new_signing_key)
        _put(folder / "jwks.json", json.dumps(public_keys(pem), indent=2))


def definitions(passwords: dict[str, str]) -> dict[str, Any]:
    """The committed topology with a user, its password hashed, for every name in `passwords`."""
    return {
        **json.loads(TOPOLOGY.read_text()),
        "users": [
            {
                "name": user,
                "password_hash": hash_password(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": ["monitoring"] if user == OPERATOR else [],
            }
            for user, password in passwords.items()
        ],
        "permissions": [{"user": user, "vhost": VHOST, **permissions(user)} for user in passwords],
        "topic_permissions": [
            {"user": service, "vhost": VHOST, "exchange": "events", "write": rf"^{service}\.", "read": "^$"}
            for service in SERVICES
        ],
    }


def permissions(user: str) -> dict[str, str]:
    """Nobody configures. A service writes events and reads its own queue; the operator reads what was set aside."""
    if user == OPERATOR:
        return {"configure": "^$", "write": "^$", "read": "^(dead|unroutable)$"}
    return {"configure": "^$", "write": "^events$", "read": f"^{user}$"}


def hash_password(password: str) -> str:
    """RabbitMQ's salted SHA-256.

    The salt follows from the password, so that the same password gives the same file each time. Salts protect passwords
    that people chose; these are 256 random bits.
    """
    salt = hashlib.sha256(b"convene" + password.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def public_keys(pem: str) -> dict[str, Any]:
    """The JSON Web Key Set of a private key; the key's id is its RFC 7638 thumbprint."""
    private = load_pem_private_key(pem.encode(), password=None)
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
    thumbprint = hashlib.sha256(json.dumps(key, sort_keys=True, separators=(",", ":")).encode()).digest()
    return {"keys": [{**key, "kid": _base64url(thumbprint), "use": "sig", "alg": "EdDSA"}]}


def new_signing_key() -> str:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _random_text() -> str:
    return secrets.token_urlsafe(32)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _keep(path: Path, make: Callable[[], str]) -> str:
    """The text in `path`, made first where there is none; of two processes at once the first one's is kept."""
    if not path.exists():
        written = draft(path, make())
        with suppress(FileExistsError):
            os.link(written, path)
        written.unlink()
    return path.read_text().strip()


def _put(path: Path, text: str) -> None:
    """Let `path` hold `text`; a reader sees the old text or the new one, never a part."""
    if not path.exists() or path.read_text() != text:
        draft(path, text).replace(path)


def draft(path: Path, text: str) -> Path:
    """A new file beside `path`, on the disk, readable by its owner only."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.secrets", description="Make the secrets that are missing.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--production", action="store_true", help="no development keys for staff tokens")
    arguments = parser.parse_args()
    make_secrets(arguments.folder, production=arguments.production)


if __name__ == "__main__":
    main()
