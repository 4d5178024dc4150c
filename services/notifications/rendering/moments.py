"""Moments as people read them in a mail, in English and in the session's own zone; of online sessions in theirs too."""

from calendar import month_name
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.notifications.catalog_projection.queries import Session
from shared.moments import label_date, label_time


def label_day(moment: datetime) -> str:
    """`April 6, 2017`, the day of a moment in UTC."""
    day = moment.astimezone(UTC)
    return f"{month_name[day.month]} {day.day}, {day.year}"


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
    same_day = theirs.startswith(day := f"{label_date(session.starts_at.astimezone(ZoneInfo(session.timezone)))}, ")
    return f"{theirs} ({own.removeprefix(day) if same_day else own} in the session's own time zone)"


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
