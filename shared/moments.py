"""Moments as people read them, in English, each in a zone that it names."""

from calendar import day_name, month_name
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Timed(Protocol):
    """What takes place at a time."""

    @property
    def when_label(self) -> str | None: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def timezone(self) -> str | None: ...


def label_time(session: Timed, zone: ZoneInfo | None = None) -> str:
    """`Thursday, April 6, 2017, 1:00–2:30 PM CDT`, in the session's zone or this; where the time is not known yet, what
    is known of it.
    """
    if not session.starts_at or not session.timezone:
        return session.when_label or ""
    zone = zone or ZoneInfo(session.timezone)
    start = session.starts_at.astimezone(zone)
    end = session.ends_at.astimezone(zone) if session.ends_at else start
    if start == end:
        return f"{label_date(start)}, {_clock(start)} {_zone(start)}"
    if start.date() != end.date():
        return f"{label_date(start)}, {_clock(start)} to {label_date(end)}, {_clock(end)} {_zone(end)}"
    first = _clock(start) if _half(start) != _half(end) else _clock(start).removesuffix(f" {_half(start)}")
    return f"{label_date(start)}, {first}–{_clock(end)} {_zone(end)}"


def label_moment(moment: datetime, timezone: str | None) -> str:
    """`Thursday, April 6, 2017, 1:00 PM CDT`."""
    local = moment.astimezone(ZoneInfo(timezone or "UTC"))
    return f"{label_date(local)}, {_clock(local)} {_zone(local)}"


def label_duration(seconds: int) -> str:
    """`1 h 28 min`."""
    hours, minutes = divmod(round(timedelta(seconds=seconds) / timedelta(minutes=1)), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))


def label_date(moment: datetime) -> str:
    """`Thursday, April 6, 2017`, in the moment's own zone."""
    return f"{day_name[moment.weekday()]}, {month_name[moment.month]} {moment.day}, {moment.year}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {_half(moment)}"


def _half(moment: datetime) -> str:
    return "AM" if moment.hour < 12 else "PM"


def _zone(moment: datetime) -> str:
    name = moment.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"  # zones without letters of their own are called -03
