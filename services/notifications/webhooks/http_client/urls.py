"""The URLs that outside sites give: what can be told of one without asking anybody.

Narrower than RFC 3986 on purpose: where two parsers could read a URL in two ways (a user before the host, a backslash,
a fragment, another alphabet), it is refused. What a name leads to is looked at when it is called.
"""

import ipaddress
import re
from dataclasses import dataclass

from services.notifications.formats.private_hosts import NOTHING, Allowed
from services.notifications.webhooks.http_client.ip_ranges import Address, is_public

PORTS = (443, 8443)
LONGEST = 500

SHAPE = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(:(?P<port>[0-9]{1,5}))?"
    r"(?P<target>/[A-Za-z0-9/?%._~!$&'()*+,;=:@-]*)?"
)
NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# A host whose last part is a number is an address to some resolver or other: 127.1, 0x7f000001, 2130706433.
NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")
# Names that are nobody's on the public network: RFC 6761, RFC 8375, RFC 9476, and what networks call their own.
INNER = {
    *("localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa"),
    *("svc", "cluster", "invalid", "onion", "alt"),
}


@dataclass(frozen=True)
class Url:
    """`host` is in small letters, and without brackets where it is an address; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str


def parse_url(text: str, allowed: Allowed = NOTHING) -> Url:
    """Read a URL. Raises ValueError, with a sentence for people, where it may not be called."""
    found = SHAPE.fullmatch(text)
    if not found or len(text) > LONGEST:
        raise ValueError("Write https://, a host and a path, in ASCII, without a user or a fragment.")
    port = int(found["port"] or (443 if found["scheme"] == "https" else 80))
    url = Url(found["scheme"], found["host"].strip("[]").lower(), port, found["target"] or "/")
    if (url.host, url.port) not in allowed:
        _check(url)
    return url


def read_literal(host: str) -> Address | None:
    """The address that a host is; None where it is a name. Raises ValueError for one in a spelling of its own."""
    try:
        if ":" in host:
            return ipaddress.IPv6Address(host)
        return ipaddress.IPv4Address(host) if NUMBER.fullmatch(host) else None
    except ValueError:
        raise ValueError("An address in an unusual spelling.") from None


def _check(url: Url) -> None:
    if url.scheme != "https":
        raise ValueError("It must begin with https://.")
    if url.port not in PORTS:
        raise ValueError("The port must be 443 or 8443.")
    if literal := read_literal(url.host):
        if not is_public(literal):
            raise ValueError("The address is not public.")
    elif not NAME.fullmatch(url.host) or url.host.rpartition(".")[2] in INNER:
        raise ValueError("The host is no name on the public network.")
