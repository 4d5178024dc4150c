"""Which addresses of the network are public, and so may be called on behalf of somebody else.

Python's `is_global` is not enough: it takes NAT64 and 6to4 of a loopback address, and multicast, for global. So both it
and the list below must agree.

Source: IANA's registries of special-purpose addresses (RFC 6890 and what updates it).
"""

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

# The one block of IPv6 from which global unicast addresses are given out.
GLOBAL_UNICAST = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")

CLOSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this host
            "10.0.0.0/8",
            "100.64.0.0/10",  # of a provider's own network; also where clouds keep metadata
            "127.0.0.0/8",
            "168.63.129.16/32",  # public by its number, but inside Azure the host's own
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",  # of protocols, Teredo among them, which hides an IPv4 address
            "2001:db8::/32",
            "2002::/16",  # 6to4, which hides an IPv4 address
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)


def unwrap(address: Address) -> Address:
    """The IPv4 address that is called where this one is: of IPv4-mapped addresses and of NAT64; else the same."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether this is the address of one host on the public network, and nothing else by any reading."""
    inner = unwrap(address)
    if inner.version == 6 and inner not in GLOBAL_UNICAST:
        return False
    return inner.is_global and not any(inner in network for network in CLOSED)
