"""Dates as people read them, in English."""

from calendar import day_name, month_name
from datetime import datetime

SEASONS = {"21": "Spring", "22": "Summer", "23": "Fall", "24": "Winter"}
QUALIFIERS = {"?": "possibly ", "~": "about ", "%": "possibly about "}


def label_moment(moment: datetime) -> str:
    """`Thursday, April 6, 2017, 1:00 PM CDT`, for a moment with its zone."""
    half = "AM" if moment.hour < 12 else "PM"
    zone = moment.tzname() or ""
    named = zone if zone.isalpha() else f"UTC{zone}"  # zones without letters of their own are called -03
    return f"{label_day(moment)}, {moment.hour % 12 or 12}:{moment:%M} {half} {named}"


def label_day(day: datetime) -> str:
    """`Thursday, April 6, 2017`."""
    return f"{day_name[day.weekday()]}, {month_name[day.month]} {day.day}, {day.year}"


def label_edtf(edtf: str) -> str:
    """`Fall 2017` for `2017-23`, `June 2017 to Fall 2017` for `2017-06/2017-23`, for what is known to be EDTF."""
    start, _, end = (_label_date(part) for part in edtf.partition("/"))
    if start and end:
        return f"{start} to {end}"
    return start if "/" not in edtf else f"From {start}" if start else f"Until {end}"


def _label_date(date: str) -> str:
    """An open end has no label; a qualifier is said in words: `Possibly 2018`."""
    if date in ("", "..", "/"):
        return ""
    qualifier = date[-1] if date[-1] in QUALIFIERS else ""
    label = QUALIFIERS.get(qualifier, "") + _label(date.removesuffix(qualifier))
    return label[0].upper() + label[1:]


def _label(date: str) -> str:
    year, *rest = date.split("-")
    named = f"{year.replace('X', '0')}s" if "X" in year else year
    month = rest[0] if rest else "XX"
    if month == "XX":
        return named
    if month in SEASONS:
        return f"{SEASONS[month]} {named}"
    if len(rest) == 2 and rest[1] != "XX":
        return label_day(datetime.fromisoformat(date))
    return f"{month_name[int(month)]} {named}"
