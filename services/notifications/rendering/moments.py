"""Moments as people read them in a mail, in English and in the session's own zone; of online sessions in theirs too."""

from calendar import day_name, month_name
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.notifications.programme.queries import Session


def label_day(moment: datetime) -> str:
    """`April 6, 2017`, the day of a moment in UTC."""
    day = moment.astimezone(UTC)
    return f"{month_name[day.month]} {day.day}, {day.year}"


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


def label_time_for(session: Session, timezone: str | None) -> str:
    """When a session is for whoever lives in this zone: `Thursday, April 6, 2017, 2:00–3:30 PM EDT (1:00–2:30 PM CDT in
    the session's own time zone)`. A session at a place has that place's time alone; so has one whose reader named none.
    """
    own = label_time(session)
    if session.venue or not session.online or not session.starts_at or not session.timezone or not timezone:
        return own
    try:
        theirs = label_time(session, ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):  # registration knows a zone that this machine does not
        return own
    if theirs == own:
        return own
    same_day = theirs.startswith(day := f"{_day(session.starts_at.astimezone(ZoneInfo(session.timezone)))}, ")
    return f"{theirs} ({own.removeprefix(day) if same_day else own} in the session's own time zone)"


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
        return f"{_day(start)}, {_clock(start)} {_zone(start)}"
    if start.date() != end.date():
        return f"{_day(start)}, {_clock(start)} to {_day(end)}, {_clock(end)} {_zone(end)}"
    first = _clock(start) if _half(start) != _half(end) else _clock(start).removesuffix(f" {_half(start)}")
    return f"{_day(start)}, {first}–{_clock(end)} {_zone(end)}"


def label_moment(moment: datetime, timezone: str | None) -> str:
    """`Thursday, April 6, 2017, 1:00 PM CDT`."""
    local = moment.astimezone(ZoneInfo(timezone or "UTC"))
    return f"{_day(local)}, {_clock(local)} {_zone(local)}"


def label_wait(session: Session, now: datetime) -> str:
    """When it begins, seen from `now`, by the days of the session's own zone: `in 50 minutes`, `today`, `tomorrow`, `in
    7 days`; `soon` where its time is not known, or is past.
    """
    if not session.starts_at or not session.timezone or session.starts_at <= now:
        return "soon"
    wait = session.starts_at - now
    if wait <= timedelta(minutes=90):
        return _label_minutes(wait)
    zone = ZoneInfo(session.timezone)
    days = (session.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def _label_minutes(wait: timedelta) -> str:
    minutes = max(round(wait / timedelta(minutes=5)) * 5, 5)
    return "in one hour" if minutes == 60 else f"in {minutes} minutes"


def label_duration(seconds: int) -> str:
    """`1 h 28 min`."""
    hours, minutes = divmod(round(timedelta(seconds=seconds) / timedelta(minutes=1)), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))


def _day(moment: datetime) -> str:
    return f"{day_name[moment.weekday()]}, {month_name[moment.month]} {moment.day}, {moment.year}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {_half(moment)}"


def _half(moment: datetime) -> str:
    return "AM" if moment.hour < 12 else "PM"


def _zone(moment: datetime) -> str:
    name = moment.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"  # zones without letters of their own are called -03
