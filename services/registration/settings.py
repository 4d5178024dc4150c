"""The settings of registration: those of every service, and in whose name certificates are issued."""

from dataclasses import dataclass
from pathlib import Path

from shared.settings import Settings, secret_file, setting


@dataclass(frozen=True, kw_only=True)
class RegistrationSettings(Settings):
    """Raises ValueError where a key is missing."""

    badge_key_file: Path | None = secret_file(
        "Ed25519 key (PEM) that signs certificates as Open Badges; of several the first signs, all verify"
    )
    issuer_name: str = setting("Who issues the certificates", default="American Library Association")
    issuer_url: str = setting("The issuer's own site", default="https://www.ala.org")
    retention_months: int = setting("Months without activity after which a person is erased; 0 keeps them", default=0)

    def __post_init__(self) -> None:
        if not self.links_key_file:
            raise ValueError("LINKS_KEY_FILE is needed: mails carry signed links")
        if not self.badge_key_file:
            raise ValueError("BADGE_KEY_FILE is needed: certificates are signed")
