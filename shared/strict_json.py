"""JSON from outside (RFC 8259), read so that every reader after us would read the same: no member twice, no NaN, no
number that changes when it is read, no nesting that exhausts the stack of a writer.
"""

import json
import math
import re
from typing import Any

from shared.errors import DomainError

# Levels of arrays and objects; no document of ours has half of them.
MAX_DEPTH = 32
# Digits of an integer, beyond which Python refuses to read or write one.
MAX_DIGITS = 300
# A surrogate, which is a character only together with another.
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class MalformedJSON(DomainError, ValueError):
    """No JSON that is taken."""

    problem = "malformed"


def parse(body: str | bytes) -> Any:
    """Return the value of a JSON text. Raises Malformed if it is no JSON, or not accepted."""
    try:
        text = body if isinstance(body, str) else body.decode()
        found = DECODER.decode(text)
    except RecursionError:
        raise _malformed("it is nested too deep") from None
    except UnicodeDecodeError:
        raise _malformed("it is not in UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at character {error.pos + 1}") from None
    if SURROGATE.search(text) and not _is_unicode(found):
        raise _malformed("half of a character is no text")
    if text.count("{") + text.count("[") > MAX_DEPTH and is_too_deep(found):
        raise _malformed("it is nested too deep")
    return found


def _malformed(why: str) -> MalformedJSON:
    return MalformedJSON(f"The body is no JSON that is taken: {why}.")


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _malformed("a member is repeated")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _malformed("a number is too long")
    return int(digits)


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise _malformed("a number is too large")
    return number


def _constant(name: str) -> Any:
    raise _malformed(f"{name} is no number")


def _is_unicode(document: Any) -> bool:
    try:
        return bool(json.dumps(document, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


def is_too_deep(document: Any) -> bool:
    """True if a value is nested deeper than is accepted."""
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for one in level for inner in _within(one)]
    return bool(level)


def _within(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_constant)
