"""Addresses of people: folded, so that the same one written differently is the same person's; and only such as mail can
be sent to. What is accepted here is what the mail server is given (`mail_address`).
"""

import re
import unicodedata
from functools import lru_cache

import idna
from email_validator import EmailNotValidError, validate_email

from shared.errors import Invalid
from shared.text_checks import strip_invisible

# Nearly all addresses have this before the @ (a dot-atom of RFC 5322, 3.2.3, without its rarer characters). Then only
# its length and that of the whole address (RFC 5321, 4.5.3.1) need a check.
PLAIN = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
MOST_LOCAL, MOST = 64, 254
# Narrower than RFC 5321: no quoted local parts, no address literals, nothing that has a meaning in SMTP or in a header;
# and nothing but ASCII before the @, since not every server between here and there speaks SMTPUTF8 (RFC 6531).
MAILABLE = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
# One provider under two names.
DOTS_IGNORED = frozenset({"gmail.com", "googlemail.com"})
INVALID_ADDRESS = "Not a valid email address."
ACCENTED = (
    "No mail can be sent to this address: before the @ it may have letters from a to z without accents, digits, "
    "dots, hyphens, _ and +. Please give another address."
)


def fold_email(written: str) -> str:
    """Return the address in the form in which it is stored and compared: NFKC, lower case, without surrounding blanks
    and without invisible characters, which come along when an address is copied. A part after a plus sign is kept.

    Looks nothing up. Raises Invalid if no mail can be sent to the address.
    """
    folded = fold_stored_email(written)
    try:
        to_ascii_address(folded)
    except ValueError:
        accented = not folded.rpartition("@")[0].isascii()
        raise Invalid({"email": [ACCENTED if accented else INVALID_ADDRESS]}) from None
    return folded


def fold_stored_email(written: str) -> str:
    """Return the address folded like `fold_email`, to search for stored data; also accepts addresses that were accepted
    earlier and cannot get mail. Raises Invalid.
    """
    try:
        folded = unicodedata.normalize("NFKC", strip_invisible(written)).strip().lower()
        local, _, domain = folded.rpartition("@")
        if folded.isascii() and len(folded) <= MOST and len(local) <= MOST_LOCAL and PLAIN.fullmatch(local):
            return f"{local}@{_fold_domain(domain)}"
        return validate_email(folded, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid({"email": [INVALID_ADDRESS]}) from None


def to_ascii_address(address: str) -> str:
    """The address as the mail server is given it: its domain in ASCII (IDNA 2008). Raises ValueError where it could be
    read as anything but one plain address.
    """
    local, _, domain = address.rpartition("@")
    plain = f"{local}@{domain if domain.isascii() else _encode_domain(domain)}"
    if len(plain) > MOST or not MAILABLE.fullmatch(plain):
        raise ValueError("the address is not one that mail can be sent to")
    return plain


def mailbox_of(folded: str) -> str:
    """The mailbox that a folded address leads to: without a part after a plus sign, and without dots where the
    provider is known to ignore them. For counting what one mailbox is sent; not for telling people apart.
    """
    local, _, domain = folded.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in DOTS_IGNORED:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{domain}"


@lru_cache(maxsize=10_000)
def _fold_domain(domain: str) -> str:
    """Remembered, since many people's addresses are at few domains, and to look at one is most of the work."""
    return validate_email(f"x@{domain}", check_deliverability=False).domain.lower()


def _encode_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        raise ValueError("the domain of the address is not valid") from None
