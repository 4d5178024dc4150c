"""Durations as webinar platforms and spreadsheets write them."""

import re
import unicodedata
from enum import Enum

MOST_SECONDS = 31 * 24 * 3600
LONGEST = 60
EMPTY = {"", "-", "--", "\u2013", "\u2014"}
NUMBER = r"\d{1,7}(?:[.,]\d{1,9})?"
CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,6}):([0-5]?\d)(?:[.,]\d+)?")
# Units in English, Spanish, French, German and Portuguese.
DAYS = r"d|days?|dias?|jours?|j|tage?|tagen"
HOURS = r"h|hs|hrs?|hours?|horas?|heures?|std|stdn?|stunden?"
MINUTES = r"m|mins?|mns?|minutes?|minutos?|minuten?|'|\u2032"
SECONDS = r"s|secs?|segs?|seks?|sek|seconds?|segundos?|secondes?|sekunden?|\""
PART = re.compile(rf"({NUMBER})\s*(?:({DAYS})|({HOURS})|({MINUTES})|({SECONDS}))(?![a-z])\.?")
BETWEEN = re.compile(r"[\s,;]*(?:\b(?:and|y|et|und|e)\b)?[\s,;]*")
ISO = re.compile(r"p(?:(\d+)d)?t?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)(?:[.,]\d+)?s)?")


class Unit(Enum):
    """The unit of a bare number, in seconds."""

    SECOND = 1
    MINUTE = 60
    HOUR = 3600


def read_duration(written: str, unit: Unit = Unit.MINUTE) -> float | None:
    """Returns the seconds of `59.4`, `59,4`, `4:40`, `0:59:10`, `1 h 2 min`, `58m 12s`, `PT59M`; None if empty.

    Two parts divided by a colon are minutes and seconds. Raises ValueError if it is no duration, or over 31 days.
    """
    text = unicodedata.normalize("NFKC", written).strip().casefold().replace("\u2032\u2032", '"')
    if text in EMPTY:
        return None
    if len(text) > LONGEST:
        raise ValueError(f"{written[:LONGEST]!r} is no duration")
    text = re.sub(r"^[<~\u2248]\s*|^(?:less than|about)\s+", "", text)
    text = re.sub(r"^an? (?=minute|hour|second)", "1 ", text)
    seconds = _read_seconds(text, unit)
    if seconds is None or seconds > MOST_SECONDS:
        raise ValueError(f"{written!r} is no duration")
    return seconds


def _read_seconds(text: str, unit: Unit) -> float | None:
    if re.fullmatch(NUMBER, text):
        return _number(text) * unit.value
    if clock := CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return None if clock[1] and minutes > 59 else hours * 3600 + minutes * 60 + seconds
    if (iso := ISO.fullmatch(text)) and any(iso.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return days * 86_400 + hours * 3600 + minutes * 60 + seconds
    return _read_parts(text)


def _read_parts(text: str) -> float | None:
    """Returns the sum of numbers that have a unit each; `1 h 02` ends in minutes without one."""
    text = re.sub(r"(\bh|\bhrs?|\bhours?|(?<=\d)h)\s*(\d{1,2})$", r"\1 \2 m", text)
    total, place = 0.0, 0
    while place < len(text):
        part = PART.match(text, place)
        if part is None:
            return None
        size = next(size for size, name in zip((86_400, 3600, 60, 1), part.groups()[1:], strict=True) if name)
        total += _number(part[1]) * size
        place = BETWEEN.match(text, part.end()).end()  # pyright: ignore[reportOptionalMemberAccess] # matches nothing too
    return total if text else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
