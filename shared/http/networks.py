"""Where a request comes from, for limits and for proofs."""

import ipaddress

from flask import request


def address() -> str:
    """The address that asks."""
    # The gateway sets the header to the address that it sees, so the last one in it is nobody's invention.
    return request.access_route[-1] if request.access_route else "127.0.0.1"


def network() -> str:
    """The network that asks: a /24 of IPv4, a /48 of IPv6 (which is one customer's, RFC 6177)."""
    asking = ipaddress.ip_address(address())
    prefix = 24 if asking.version == 4 else 48
    return str(ipaddress.ip_network(f"{asking}/{prefix}", strict=False))
