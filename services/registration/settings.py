"""The settings of registration: those of every service, and in whose name certificates are issued."""

from dataclasses import dataclass
from pathlib import Path

from shared.settings import Settings, secret_file, setting


@dataclass(frozen=True, kw_only=True)
class RegistrationSettings(Settings):
    """Its badge key may be a file of several."""

    badge_key_file: Path | None = secret_file(
        "Ed25519 key (PEM) that signs certificates as Open Badges; of several the first signs, all verify"
    )
    issuer_name: str = setting("Who issues the certificates", default="American Library Association")
    issuer_url: str = setting("The issuer's own site", unit="address", default="https://www.ala.org")
    retention_months: int = setting(
        "Months without activity after which a person is erased; 0 keeps them", unit="months", default=0
    )
    group_held_seats: int = setting(
        "Seats at most that groups of one registrar hold in a session, for a day, until their address is proved",
        unit="seats",
        default=5,
    )

    def problems(self) -> list[str]:
        wrong = super().problems()
        if not self.links_key_file:
            wrong.append("LINKS_KEY_FILE is needed, since mails carry signed links: name the file of a random key")
        if not self.badge_key_file:
            wrong.append(
                "BADGE_KEY_FILE is needed, since certificates are signed: name the file of an Ed25519 key (PEM)"
            )
        return wrong
