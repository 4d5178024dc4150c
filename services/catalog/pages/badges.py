"""Dates and lengths in the few characters that lists have room for."""

from calendar import month_abbr
from datetime import datetime
from typing import Any

from services.catalog.dates.durations import read_duration


def of(when: dict[str, Any]) -> tuple[str, str]:
    """Two lines for a date: `("Apr", "6")`, `("Fall", "2017")`; a label that cannot be parted is one line."""
    if "starts_at" in when:
        starts = datetime.fromisoformat(when["starts_at"])
        return month_abbr[starts.month], str(starts.day)
    first, _, last = when["label"].rpartition(" ")
    return (first, last) if first and " " not in first else ("", when["label"])


def span(when: dict[str, Any]) -> str:
    """When it begins and ends, as `Thursday, April 6, 2017, 1:00 PM to 2:30 PM CDT`; the label, where it is no more."""
    if "starts_at" not in when:
        return when["label"]
    starts, ends = (datetime.fromisoformat(when[name]) for name in ("starts_at", "ends_at"))
    if starts.date() != ends.date():
        return when["label"]
    day, _, begun = when["label"].rpartition(", ")
    clock, _, zone = begun.rpartition(" ")
    half = "AM" if ends.hour < 12 else "PM"
    # Times are not broken over lines.
    return f"{day}, " + f"{clock} to {ends.hour % 12 or 12}:{ends:%M} {half} {zone}".replace(" ", "\N{NO-BREAK SPACE}")


def length(duration: str) -> str:
    """`1 hour 30 minutes` for `PT1H30M`."""
    minutes = max(round(read_duration(duration) / 60), 1)
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "hour"), (rest, "minute")]
    return " ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in parts if count)
