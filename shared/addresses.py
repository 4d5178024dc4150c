"""Addresses of people: folded, so that the same one written differently is the same person's."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from shared.errors import Invalid


def fold_email(written: str) -> str:
    """The address as it is kept and compared: trimmed, NFKC, lower case. What stands after a plus sign is part of it.

    Nothing is looked up. Raises Invalid where it is no address that mail can be sent to.
    """
    try:
        folded = unicodedata.normalize("NFKC", written).strip().lower()
        return validate_email(folded, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid({"email": ["Not a valid email address."]}) from None
