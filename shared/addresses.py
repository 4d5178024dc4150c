"""Addresses of people: folded, so that the same one written differently is the same person's."""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from shared.errors import Invalid

# What nearly all addresses have before the @ (a dot-atom of RFC 5322, 3.2.3, without its rarer characters), of which
# there is nothing to find out but its length, and that of the whole (RFC 5321, 4.5.3.1).
PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
MOST_LOCAL, MOST = 64, 254


def fold_email(written: str) -> str:
    """The address as it is kept and compared: trimmed, NFKC, lower case. What stands after a plus sign is part of it.

    Nothing is looked up. Raises Invalid where it is no address that mail can be sent to.
    """
    try:
        folded = unicodedata.normalize("NFKC", written).strip().lower()
        local, _, domain = folded.rpartition("@")
        if folded.isascii() and len(folded) <= MOST and len(local) <= MOST_LOCAL and PLAIN.fullmatch(local):
            return f"{local}@{_fold_domain(domain)}"
        return validate_email(folded, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid({"email": ["Not a valid email address."]}) from None


@lru_cache(maxsize=10_000)
def _fold_domain(domain: str) -> str:
    """Remembered, since many people's addresses are at few domains, and to look at one is most of the work."""
    return validate_email(f"x@{domain}", check_deliverability=False).domain.lower()
