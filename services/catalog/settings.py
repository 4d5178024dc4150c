"""The catalog's settings, besides those of every service."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared import settings_checks
from shared.settings import Settings, setting

# RFC 9116, 2.5.3: a contact is a URI; web pages must use https.
CONTACT = re.compile(r"(mailto:[^\s@]+@[^\s@]+|https://[^\s/]+\S*|tel:\+?[\d-]+)")


@dataclass(frozen=True, kw_only=True)
class CatalogSettings(Settings):
    """The catalog's settings, read from the environment."""

    comments_per_network: int = setting(
        "Comments that one network may send in an hour before it is answered 429; 0: no limit",
        unit="comments",
        default=50,
    )
    security_contact: str = setting(
        "Whom to tell of a hole, in `/.well-known/security.txt`: `mailto:security@ala.org`, or the https address of a"
        " page; several, with blanks between them; empty: there is no such file",
        unit="addresses",
        default="",
    )

    def contacts(self) -> list[str]:
        """The security contacts, best first."""
        return self.security_contact.split()

    def problems(self) -> list[str]:
        wrong = "SECURITY_CONTACT must hold mailto:, https:// or tel: addresses, and {} is none (RFC 9116, 2.5.3)"
        faults = [wrong.format(repr(one)) for one in self.contacts() if not CONTACT.fullmatch(one)]
        if self.production and any(settings_checks.is_example_domain(_domain(one)) for one in self.contacts()):
            faults.append("SECURITY_CONTACT is at a domain of examples: name an address of yours, or none")
        return super().problems() + faults


def _domain(contact: str) -> str:
    """Return the domain of a mailto or https URL; empty for a telephone."""
    parts = urlsplit(contact)
    return parts.hostname or parts.path.partition("@")[2]
