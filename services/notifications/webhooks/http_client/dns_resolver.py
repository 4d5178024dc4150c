"""From a name to its addresses, in bounded time."""

import ipaddress
import socket
from collections.abc import Callable

import dns.exception
import dns.resolver

from services.notifications.webhooks.http_client.ip_ranges import Address

# Every address of a name, found within so many seconds. Raises Unresolved.
Resolve = Callable[[str, float], list[Address]]


class Unresolved(Exception):
    """A name has no address, or nobody tells it in time."""


def resolve(host: str, seconds: float) -> list[Address]:
    """Ask the name servers of resolv.conf, and them alone: names of this host or of its own network mean nothing here.

    The system's own resolver is not asked since nothing ends it before its time. Raises Unresolved.
    """
    try:
        answers = dns.resolver.Resolver().resolve_name(f"{host}.", lifetime=seconds)
        return [ipaddress.ip_address(address) for address in answers.addresses()]
    except dns.exception.DNSException as error:
        raise Unresolved(type(error).__name__) from None


def resolve_here(host: str) -> list[Address]:
    """As this host knows it: for what development allows. Raises Unresolved."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(type(error).__name__) from None
    return [ipaddress.ip_address(one[4][0]) for one in found]
