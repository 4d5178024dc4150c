"""Times as webinar platforms write them: with or without a date and a time zone, in five languages."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_day_names, get_month_names

LONGEST = 80
LANGUAGES = ("en", "es", "fr", "de", "pt")
TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]m\b)?")
NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,4})(?!\d)")
OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?")
# Zones as North American platforms abbreviate them, and those of Europe's hosts.
FIXED_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2,
    "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
}  # fmt: skip
PLACES = {
    "eastern": "America/New_York", "et": "America/New_York", "central": "America/Chicago", "ct": "America/Chicago",
    "mountain": "America/Denver", "mt": "America/Denver", "arizona": "America/Phoenix",
    "pacific": "America/Los_Angeles", "pt": "America/Los_Angeles", "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu", "atlantic": "America/Halifax",
}  # fmt: skip
# Words between the parts of a date: of, at, clock, and the like.
FILLERS = {
    "de", "del", "a", "\u00e0", "las", "la", "los", "le", "um", "at", "on", "the", "den", "as", "uhr", "h", "hs",
    "hora", "heure", "time", "of",
}  # fmt: skip


class Order(Enum):
    """Which of the two numbers of `04/06/2017` is the month."""

    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"


@dataclass(frozen=True)
class WrittenTime:
    """A cell's date, time of day and zone, as far as it names them."""

    date: date | None
    time: time | None
    zone: tzinfo | None

    def resolve(self, near: datetime, zone: tzinfo) -> datetime | None:
        """Returns the moment, or None without a time of day.

        A cell without a zone is in `zone`; one without a date means the day that brings it closest to `near`.
        """
        if self.time is None:
            return None
        own = self.zone or zone
        if self.date:
            return datetime.combine(self.date, self.time, own)
        local = near.astimezone(own).date()
        days = (local + timedelta(days) for days in (-1, 0, 1))
        return min((datetime.combine(day, self.time, own) for day in days), key=lambda moment: abs(moment - near))


@lru_cache(maxsize=50_000)
def read_time(written: str, order: Order = Order.MONTH_FIRST) -> WrittenTime | None:
    """Returns what a cell says, or None if it holds neither a date nor a time and nothing else."""
    text = _normalize(written)
    if len(text) > LONGEST or not re.search(r"\d", text):
        return None
    found = TIME.search(text)
    clock = _read_clock(found) if found else None
    if found and clock is None:
        return None
    before, after = (text[: found.start()], text[found.end() :]) if found else (text, "")
    zone, after = _take_zone(after)
    day, rest = _take_date(f"{before} {after}", order)
    if set(re.findall(r"\w+", rest)) - FILLERS - _weekdays() or (day is None and clock is None):
        return None
    if day is None and re.search(r"\d", before + after):
        return None
    return WrittenTime(day, clock, zone)


def is_ambiguous(written: str) -> bool:
    """True if the cell's date reads differently, or only one way, month first and day first."""
    return read_time(written, Order.MONTH_FIRST) != read_time(written, Order.DAY_FIRST)


def read_zone(written: str) -> tzinfo | None:
    """Returns the zone of `America/Chicago`, `EST`, `GMT-05:00` or `(UTC-06:00) Central Time (US & Canada)`.

    Returns None if it is no zone.
    """
    text = _normalize(written)
    place = next((PLACES[word] for word in re.findall(r"[a-z]+", text) if word in PLACES), None)
    zone, _ = _take_zone(text)
    return ZoneInfo(place) if place and not isinstance(zone, ZoneInfo) else zone


def _normalize(written: str) -> str:
    """Returns lower case with plain blanks, and times of day written alike: `13h05`, `1.05 p. m.`, `13:05 Uhr`."""
    text = unicodedata.normalize("NFKC", written).strip().casefold()
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", " ".join(text.split()))
    text = re.sub(r"(?<=\d)\s?([ap])m\b", r" \1m", text)
    text = re.sub(r"\b(\d{1,2})\s?h\s?(\d{2})\b", r"\1:\2", text)
    text = re.sub(r"(?<![\d:])(\d{1,2}) ([ap])m\b", r"\1:00 \2m", text)
    return re.sub(r"(?<=\d)t(?=\d)", " ", text)


def _read_clock(found: re.Match[str]) -> time | None:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[4] == "pm" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _take_zone(text: str) -> tuple[tzinfo | None, str]:
    """Returns the zone at the start of what follows a time of day, and the rest."""
    bare = re.sub(r"^[\s(\[]+", "", text)
    if (named := re.match(r"[a-z]+(?:/[a-z_+-]+)+[)\]]?", bare)) and (key := _zone_keys().get(named[0].rstrip(")]"))):
        return ZoneInfo(key), bare[named.end() :]
    if offset := OFFSET.match(bare):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes <= 14 * 60:
            sign = -1 if offset[1] == "-" else 1
            return timezone(sign * timedelta(minutes=minutes)), re.sub(r"^[\s)\]]+", "", bare[offset.end() :])
    if word := re.match(r"([a-z]{1,5})\b(?:[)\]])?", bare):
        if word[1] in FIXED_ZONES:
            return timezone(timedelta(hours=FIXED_ZONES[word[1]])), bare[word.end() :]
        if word[1] in ("et", "ct", "mt", "pt"):
            return ZoneInfo(PLACES[word[1]]), bare[word.end() :]
    if named := re.match(r"(eastern|central|mountain|pacific|alaska|hawaii|atlantic)\b[a-z ]*(?:\([^)]*\))?", bare):
        return ZoneInfo(PLACES[named[1]]), bare[named.end() :]
    return None, text


def _take_date(text: str, order: Order) -> tuple[date | None, str]:
    """Returns the date in the text, and the text without it."""
    if found := NUMERIC_DATE.search(text):
        first, second, third = int(found[1]), int(found[3]), int(found[4])
        rest = text[: found.start()] + " " + text[found.end() :]
        if len(found[1]) == 4:
            return _make_date(first, second, third), rest
        day_first = order is Order.DAY_FIRST or found[2] == "."
        day, month = (first, second) if day_first else (second, first)
        return _make_date(_full_year(third), month, day), rest
    words = re.findall(r"[^\W\d_]+", text)
    named = next(((word, _months()[word]) for word in words if word in _months()), None)
    numbers = re.findall(r"\d+", text)
    if named is None or len(numbers) != 2:
        return None, text
    year = next((number for number in numbers if len(number) == 4), numbers[1])
    day = numbers[0] if year == numbers[1] else numbers[1]
    rest = re.sub(r"\d+(?:st|nd|rd|th)?", " ", text.replace(named[0], " ", 1))
    return _make_date(_full_year(int(year)), named[1], int(day)), rest


def _full_year(year: int) -> int:
    return year + 2000 if year < 100 else year


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _zone_keys() -> dict[str, str]:
    """The names of the time zone database by their lower case."""
    return {key.casefold(): key for key in available_timezones()}


@cache
def _months() -> dict[str, int]:
    """Month numbers by full and short name in each language, without points."""
    return {
        unicodedata.normalize("NFKC", name).casefold().rstrip("."): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    } | {"sept": 9, "set": 9, "maerz": 3, "mrz": 3}


@cache
def _weekdays() -> set[str]:
    return {
        word
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, locale=language).values()
        for word in re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    }
