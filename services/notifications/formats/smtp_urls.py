"""What an SMTP_URL says."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

SCHEMES: dict[str, tuple[Literal["none", "starttls", "tls"], int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


@dataclass(frozen=True)
class Server:
    """A mail server, how the line to it is protected, and as whom we log in (None: not at all)."""

    security: Literal["none", "starttls", "tls"]
    host: str
    port: int
    user: str | None


def parse_server(url: str) -> Server:
    """Read an SMTP_URL. Raises ValueError; the message does not quote it, since a password may stand in it."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(f"SMTP_URL must begin with one of {', '.join(SCHEMES)}, and name a host")
    if parts.password is not None:
        raise ValueError("SMTP_URL must not hold a password: it belongs into SMTP_PASSWORD_FILE")
    security, usual_port = SCHEMES[parts.scheme]
    return Server(
        security, parts.hostname, parts.port or usual_port, unquote(parts.username) if parts.username else None
    )
