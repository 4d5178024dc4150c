"""The format of MAIL_RATES."""

import re

RATE = re.compile(r"(\*|[a-z0-9.-]+)=(\d+(?:\.\d+)?)")


def parse_rates(text: str | None) -> dict[str, float]:
    """Read MAIL_RATES: mails a second by domain, `*` for all of them together. Raises ValueError."""
    rates: dict[str, float] = {}
    for part in (text or "").replace(" ", "").split(","):
        if not part:
            continue
        found = RATE.fullmatch(part.lower())
        if not found or float(found[2]) <= 0:
            raise ValueError("MAIL_RATES must be such as `gmail.com=20,*=100`")
        rates[found[1]] = float(found[2])
    return rates
