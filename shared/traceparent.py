"""The header `traceparent`, by which a trace is followed from process to process.

Source: https://www.w3.org/TR/trace-context/
"""

import random
import re

# Version ff is none, and ids of nothing but zeros name nothing. Later versions may say more after these four parts.
FORM = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


def parse(given: str | None) -> str | None:
    """Return the header in the form of version 00; None if it is not valid by W3C's rules."""
    if not given or not (found := FORM.fullmatch(given)):
        return None
    version, trace, span, flags, more = found.groups()
    return None if version == "00" and more else f"00-{trace}-{span}-{flags}"


def generate() -> str:
    """The begin of a trace that nobody records."""
    return f"00-{random_hex(128)}-{random_hex(64)}-01"


def trace_ids(traceparent: str | None) -> dict[str, str]:
    """`trace_id` and `span_id`, as lines of the log have them; nothing where there is no trace."""
    read_one = parse(traceparent)
    return dict(zip(("trace_id", "span_id"), read_one.split("-")[1:3], strict=True)) if read_one else {}


def random_hex(bits: int) -> str:
    """Ids are no secrets, and asking the system for randomness lets go of the interpreter's lock each time."""
    return f"{random.getrandbits(bits):0{bits // 4}x}"
