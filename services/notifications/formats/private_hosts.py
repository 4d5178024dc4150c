"""The format of WEBHOOK_ALLOW: private hosts that webhooks may call."""

# What may be called though it is not public, by host and port.
Allowed = frozenset[tuple[str, int]]
NOTHING: Allowed = frozenset()


def parse_allowed(text: str) -> Allowed:
    """Read a WEBHOOK_ALLOW. Raises ValueError."""
    pairs = [one.strip().rpartition(":") for one in text.split(",") if one.strip()]
    if not all(host and port.isdecimal() for host, _, port in pairs):
        raise ValueError("WEBHOOK_ALLOW must be host:port, several separated by commas")
    return frozenset((host.strip("[]").lower(), int(port)) for host, _, port in pairs)
