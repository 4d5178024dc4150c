"""Checks that reject unsafe production settings. Messages say what to do, and never contain secret values.

Rules here look at one value or one file each. `Settings.unsafe` says which apply to what.
"""

import ssl
import stat
from pathlib import Path
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

# Characters that a secret has at min_length: keys are made of 256 random bits, which are 43 of them.
KEY_LENGTH, PASSWORD_LENGTH, EXTERNAL_SECRET_LENGTH = 32, 16, 1
# RFC 2606 and RFC 6761: names that belong to nobody, used in examples and in development.
EXAMPLE_DOMAINS = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost", "local")
# In examples of engines and in guides; all but some given by others are too short in any case.
# fmt: off
WELL_KNOWN_SECRETS = frozenset({
    "guest", "postgres", "rabbitmq", "admin", "administrator", "root", "user", "password", "passw0rd", "secret",
    "changeme", "change-me", "default", "example", "development", "convene", "catalog", "registration",
    "notifications", "test", "letmein", "123456", "12345678", "123456789", "qwerty", "mysecretpassword", "mypassword",
    "correcthorsebatterystaple",
})
# fmt: on


def secret_file_problems(variable: str, file: Path, *, min_length: int) -> list[str]:
    """Return problems of a file of secrets, one secret per line of at least `min_length` characters.

    A PEM block is one secret, whatever its lines.
    """
    try:
        mode, text = file.stat().st_mode, file.read_text()
    except FileNotFoundError:
        return [f"{variable} names {file}, which is missing: put the secret there"]
    except (OSError, UnicodeDecodeError) as error:
        return [f"{variable} names {file}, which cannot be read ({type(error).__name__}): let this process read it"]
    wrong = []
    if mode & stat.S_IROTH:
        wrong.append(f"{variable} names {file}, which everybody can read: `chmod o-rwx` it (Kubernetes: defaultMode)")
    secrets = [text] if "-----BEGIN " in text else [line.strip() for line in text.splitlines() if line.strip()]
    if not secrets:
        wrong.append(f"{variable} names {file}, which is empty: put the secret there")
    elif any(secret.lower() in WELL_KNOWN_SECRETS for secret in secrets):
        wrong.append(f"{variable} names {file}, which holds a value that everybody knows: make a random one")
    elif any(len(secret) < min_length for secret in secrets):
        wrong.append(f"{variable} names {file}, which holds fewer than {min_length} characters: make a random one")
    return wrong


def ca_file_problems(variable: str, file: Path) -> list[str]:
    """Return problems of a file of certificates of authorities."""
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError) as error:
        return [f"{variable} names {file}, which is no file of certificates in PEM ({type(error).__name__})"]
    return []


def broker_url_problems(urls: str, *, ca_file: Path | None) -> list[str]:
    """Return problems of the encryption of the broker URLs."""
    parts = [urlsplit(url.strip()) for url in urls.split(";") if url.strip()]
    schemes = {part.scheme for part in parts}
    wrong = []
    if not schemes <= {"amqp", "amqps"}:
        wrong.append("BROKER_URL must begin with amqp:// or amqps://, for each node")
    elif len(schemes) > 1:
        wrong.append("BROKER_URL names nodes with encryption and without: let all of them be amqps://")
    if any(part.query for part in parts):
        wrong.append("BROKER_URL has options behind `?`, which are not read: BROKER_CA_FILE names who is trusted")
    if any(part.scheme == "amqps" and not part.hostname for part in parts):
        wrong.append("BROKER_URL must name the host whose certificate is verified")
    if ca_file and "amqps" not in schemes:
        wrong.append("BROKER_CA_FILE has no effect where BROKER_URL is not amqps://")
    return wrong


def contains_password(url: str) -> bool:
    """True if a connection string of PostgreSQL, or any of the URLs separated by `;`, has a password in it."""
    if any(urlsplit(part.strip()).password for part in url.split(";") if "://" in part):
        return True
    try:
        return bool(conninfo_to_dict(url).get("password"))
    except ProgrammingError:
        return False


def is_localhost(host: str) -> bool:
    """True if a connection to `host` stays on this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def is_example_domain(domain: str) -> bool:
    """True if nobody can have this domain."""
    return any(domain.lower() == name or domain.lower().endswith(f".{name}") for name in EXAMPLE_DOMAINS)
