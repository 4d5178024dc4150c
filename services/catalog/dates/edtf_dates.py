"""Parsing dates: EDTF (Library of Congress, ISO 8601-2) levels 0 and 1, and local times in IANA zones.

A date becomes the interval in which the session may start, so that uncertain dates and exact times sort and filter
together.
"""

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from edtf import parse_edtf
from edtf.parser import EDTFParseException

from shared.date_labels import label_edtf, label_moment
from shared.i18n import ENGLISH

# Supported dates: years of four digits, months, days, the four seasons, unknown digits, one qualifier at the end.
DATE = re.compile(r"((?:\d{4}|\d{3}X)|\d{4}-(?:\d\d|XX)|\d{4}-(?:\d\d-(?:\d\d|XX)|XX-XX))([?~%]?)", re.ASCII)
# The parser initializes itself while it parses its first dates, which is not thread-safe.
TURN = threading.Lock()
BEGINNING, END = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class When:
    """A date or time. `earliest` and `latest` bound the start; they are equal if it is known exactly."""

    edtf: str
    earliest: datetime
    latest: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@cache
def zones() -> frozenset[str]:
    """Return the names of the IANA time zones."""
    return frozenset(available_timezones() - {"Factory", "localtime", "posixrules"})


def resolve(moment: datetime, timezone: str | None) -> datetime:
    """Return the time in its zone. Without an offset it is local time there; without a zone it must have an offset.

    Raises ValueError for a local time that the clocks skip or repeat.
    """
    if timezone is None:
        if moment.tzinfo is None:
            raise ValueError("Needs an offset, such as -05:00, or a timezone beside it.")
        return moment
    zone = ZoneInfo(timezone)
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"Does not exist in {timezone}: the clocks go forward over it.")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ValueError(f"Comes twice in {timezone}, when the clocks go back: write it with its offset.")
    return local


def exact(starts_at: datetime, ends_at: datetime, timezone: str) -> When:
    """Return a When for a known time; both arguments are timezone-aware."""
    edtf = starts_at.astimezone(ZoneInfo(timezone)).isoformat()
    return When(edtf=edtf, earliest=starts_at, latest=starts_at, starts_at=starts_at, ends_at=ends_at)


def uncertain(edtf: str) -> When:
    """Parse a date in EDTF, or an interval of two. Raises ValueError if it is not supported."""
    start, slash, end = edtf.partition("/")
    earliest, latest = _read(start, may_be_open=bool(slash))
    if slash:
        _, latest = _read(end, may_be_open=True)
        if earliest >= latest or (earliest, latest) == (BEGINNING, END):
            raise ValueError("Not an interval: it ends before it begins, or is open at both ends.")
    return When(edtf=edtf, earliest=earliest, latest=latest)


def describe_exact(starts_at: datetime, ends_at: datetime, timezone: str) -> dict[str, Any]:
    """Return a known time as the public reads it."""
    zone = ZoneInfo(timezone)
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return {
        "edtf": starts.isoformat(),
        "label": label_moment(starts, locale=ENGLISH),
        "starts_at": starts.isoformat(),
        "ends_at": ends.isoformat(),
        "timezone": timezone,
    }


def describe_uncertain(edtf: str) -> dict[str, Any]:
    """Return an EDTF date, already validated, as the public reads it."""
    return {"edtf": edtf, "label": label_edtf(edtf, ENGLISH)}


# A program repeats the same few dates hundreds of times, and the parser takes milliseconds for each.
@lru_cache(maxsize=4096)
def _read(text: str, *, may_be_open: bool) -> tuple[datetime, datetime]:
    """Return the first moment of a date and the first moment after it, in UTC."""
    if may_be_open and text in ("", ".."):
        return BEGINNING, END
    match = DATE.fullmatch(text)
    try:
        with TURN:
            parsed: Any = parse_edtf(match[1]) if match else None
    except EDTFParseException:
        parsed = None
    if match is None or parsed is None or text[:4] in ("0000", "9999") or not _is_plain(match[1]):
        raise ValueError("Not a date in EDTF, such as 2017-04-06, 2017-06, 2017-23 (fall), 2018? or 2018-21/2018-22.")
    first, last = (datetime(*day[:3], tzinfo=UTC) for day in (parsed.lower_strict(), parsed.upper_strict()))
    return first, last + timedelta(days=1)


def _is_plain(date: str) -> bool:
    """True if the month is one of the twelve or of the four seasons; EDTF level 2 has others."""
    month = date[5:7] or "01"
    return month == "XX" or 1 <= int(month) <= 12 or (21 <= int(month) <= 24 and len(date) == 7)


def label_typed_date(edtf: str) -> str:
    """Return the label of an EDTF date; empty if the text is not a date yet."""
    try:
        return label_edtf(uncertain(edtf).edtf)
    except ValueError:
        return ""
