"""The network address of a client, for rate limits and proof of consent."""

import ipaddress
from contextlib import suppress

from flask import request


def client_ip() -> str:
    """The address that asks."""
    # The gateway sets the header to the address that it sees, so the last one in it is nobody's invention. Where there
    # is no gateway it may hold anything.
    for found in (*request.access_route[-1:], request.remote_addr or ""):
        with suppress(ValueError):
            asking = ipaddress.ip_address(found)
            # An IPv4 caller of a socket that speaks both (RFC 4291, 2.5.5.2).
            return str(getattr(asking, "ipv4_mapped", None) or asking)
    return "127.0.0.1"


def client_network() -> str:
    """The network that asks: a /24 of IPv4, a /48 of IPv6 (which is one customer's, RFC 6177)."""
    asking = ipaddress.ip_address(client_ip())
    prefix = 24 if asking.version == 4 else 48
    return str(ipaddress.ip_network(f"{asking}/{prefix}", strict=False))
