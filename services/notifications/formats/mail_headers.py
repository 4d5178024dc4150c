"""Addresses as they stand in a mail's header and in its envelope."""

import unicodedata
from dataclasses import dataclass
from email.header import Header, decode_header, make_header
from email.utils import formataddr, parseaddr
from functools import lru_cache

from shared import text_checks
from shared.email_addresses import to_ascii_address


class UnsafeText(ValueError):
    """A text that may not stand in a header. The message does not quote it."""


@dataclass(frozen=True)
class Mailbox:
    """A name, which may be empty, and an address in ASCII."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def header(self) -> str:
        """As it stands in To or From."""
        return formataddr((self.name, self.address))


def parse_mailbox(text: str) -> Mailbox:
    """Read `Name <address>`, or an address alone, from a setting. Raises ValueError."""
    name, address = parseaddr(text)
    return Mailbox(check_header_text(name), check_address(address))


def check_address(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA). Raises UnsafeText unless it is one plain address that
    `shared.email_addresses` accepts.
    """
    try:
        return to_ascii_address(address)
    except ValueError as error:
        raise UnsafeText(str(error)) from None


def check_header_text(text: str) -> str:
    """The text, if it may stand in a header. Raises UnsafeText where it holds a character that ends a line or controls
    anything, or what could be read as an encoded word.

    Python's mail library has let both become headers of their own (CVE-2024-6923, CVE-2026-1299).
    """
    if "=?" in text or any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in text):
        raise UnsafeText("a control character, or what reads as an encoded word, in a header")
    return text


def name_in_mail(name: str | None) -> str:
    """The name as a mail prints it; empty where there is none, or where it holds what no name may, as one that an
    earlier release took in.
    """
    if not name or text_checks.find_invisible(name) or text_checks.is_blank(name) or text_checks.contains_link(name):
        return ""
    return name


@lru_cache(maxsize=256)
def encode_subject(text: str) -> str:
    """The text for the Subject, in lines as RFC 5322 has them: as it is, or in encoded words (RFC 2047) where it is not
    ASCII. Raises UnsafeText where it may not stand in a header, or would not be read as it is meant.
    """
    charset = "us-ascii" if check_header_text(text).isascii() else "utf-8"
    encoded = Header(text, charset, maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
    if str(make_header(decode_header(unfold(encoded)))) != text:
        raise UnsafeText("the subject is not the one that was meant")
    return encoded


def unfold(value: str) -> str:
    """A header's value in one line, as RFC 5322 joins its lines."""
    return "".join(value.splitlines())
