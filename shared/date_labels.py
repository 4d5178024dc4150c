"""Dates, times and durations as people read them, by locale (CLDR, through Babel); without one, in the current locale.

Time zones are named as their database abbreviates them (CDT), and by offset where it has no letters for one (UTC-03).
Formatting is cached: lists show the same few dates and times over and over.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, dates, units

from shared.i18n import current_locale, gettext, ngettext, translations, use_locale

QUALIFIERS = "?~%"
DASH = re.compile("[\N{THIN SPACE} ]?–[\N{THIN SPACE} ]?")
NARROW = "\N{NARROW NO-BREAK SPACE}"
FIXED = "\N{NO-BREAK SPACE}"
CACHED = 8192


class Timed(Protocol):
    """Something that takes place at a time; `when_label` is what is known of one that is not exact."""

    @property
    def when_label(self) -> str | None: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def timezone(self) -> str | None: ...


def label_full_date(day: date, locale: str | None = None) -> str:
    """`Thursday, April 6, 2017`; of a moment, in its own zone."""
    return _label_date(_day(day), "full", locale or current_locale())


def label_long_date(day: date, locale: str | None = None) -> str:
    """`April 6, 2017`; of a moment, in its own zone."""
    return _label_date(_day(day), "long", locale or current_locale())


def label_moment(moment: datetime, timezone: str | None = None, locale: str | None = None) -> str:
    """`Thursday, April 6, 2017, 1:00 PM CDT`, in this zone, or in the moment's own."""
    locale = locale or current_locale()
    local = moment.astimezone(ZoneInfo(timezone)) if timezone else moment
    return _join(label_full_date(local, locale), f"{_label_clock(local, locale)} {_name_zone(local)}", locale)


def label_timestamp(moment: datetime, locale: str | None = None) -> str:
    """`Apr 6, 2017, 18:00 UTC`."""
    locale = locale or current_locale()
    utc = moment.astimezone(UTC)
    return _join(_label_date(utc.date(), "medium", locale), f"{utc:%H:%M} UTC", locale)


def label_time(session: Timed, zone: ZoneInfo | None = None, locale: str | None = None) -> str:
    """`Thursday, April 6, 2017, 1:00–2:30 PM CDT`, in the session's zone or this one; the date's own label if the time
    is not known.
    """
    locale = locale or current_locale()
    if not session.starts_at or not session.timezone:
        return session.when_label or ""
    zone = zone or ZoneInfo(session.timezone)
    start = session.starts_at.astimezone(zone)
    end = session.ends_at.astimezone(zone) if session.ends_at else start
    if start == end:
        return label_moment(start, locale=locale)
    if start.date() != end.date():
        first = _join(label_full_date(start, locale), _label_clock(start, locale), locale)
        return _text(locale, "%(start)s to %(end)s", start=first, end=label_moment(end, locale=locale))
    span = _label_interval(start.time(), end.time(), locale)
    return _join(label_full_date(start, locale), f"{span} {_name_zone(end)}", locale)


def label_time_for(session: Timed, timezone: str | None, *, online: bool, locale: str | None = None) -> str:
    """The time of a session for somebody in this zone: `Thursday, April 6, 2017, 2:00–3:30 PM EDT (1:00–2:30 PM CDT in
    the session's own time zone)`. A session at a place, and a reader without a zone, have the session's time alone.
    """
    own = label_time(session, None, locale)
    if not online or not session.starts_at or not session.timezone or not timezone:
        return own
    try:
        theirs = label_time(session, ZoneInfo(timezone), locale)
    except (ZoneInfoNotFoundError, ValueError):  # a zone that this machine's database does not have
        return own
    if theirs == own:
        return own
    day = f"{label_full_date(session.starts_at.astimezone(ZoneInfo(session.timezone)), locale)}, "
    shown = own.removeprefix(day) if theirs.startswith(day) else own
    return _text(locale, "%(local)s (%(own)s in the session's own time zone)", local=theirs, own=shown)


def label_wait(session: Timed, now: datetime, locale: str | None = None) -> str:
    """Return how long it is until a session: `in 50 minutes`, `today`, `tomorrow`, `in 7 days`, by days of its zone;
    `soon` if its time is unknown or past.
    """
    with use_locale(locale or current_locale()):
        if not session.starts_at or not session.timezone or session.starts_at <= now:
            return gettext("soon")
        wait = session.starts_at - now
        if wait <= timedelta(minutes=90):
            minutes = max(round(wait / timedelta(minutes=5)) * 5, 5)
            if minutes == 60:
                return gettext("in one hour")
            return ngettext("in %(num)d minute", "in %(num)d minutes", minutes)
        zone = ZoneInfo(session.timezone)
        days = (session.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
        if days > 1:
            return ngettext("in %(num)d day", "in %(num)d days", days)
        return gettext("tomorrow") if days else gettext("today")


def label_duration(seconds: float, locale: str | None = None) -> str:
    """`1 h 28 min`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [_text(locale, "%(hours)d h", hours=hours)] * bool(hours)
    return " ".join(parts + [_text(locale, "%(minutes)d min", minutes=minutes)] * bool(minutes or not hours))


def label_length(seconds: float, locale: str | None = None) -> str:
    """`1 hour 30 minutes`; at least a minute."""
    hours, minutes = divmod(max(round(seconds / 60), 1), 60)
    parts = [(hours, "duration-hour"), (minutes, "duration-minute")]
    return " ".join(_label_unit(count, unit, locale or current_locale()) for count, unit in parts if count)


def label_badge(when: Mapping[str, Any], locale: str | None = None) -> tuple[str, str]:
    """Two short lines for the `when` of a session's representation: `("Apr", "6")`, `("Fall", "2017")`; a label that
    cannot be split is the second.
    """
    if "starts_at" in when:
        starts = datetime.fromisoformat(when["starts_at"])
        return _label_month(starts.month, locale or current_locale()), str(starts.day)
    label = label_when(when, locale)
    first, _, last = label.rpartition(" ")
    return (first, last) if first and " " not in first else ("", label)


def label_when(when: Mapping[str, Any], locale: str | None = None) -> str:
    """The beginning: `Thursday, April 6, 2017, 1:00 PM CDT`, or the uncertain date."""
    if "starts_at" not in when:
        return label_edtf(when["edtf"], locale)
    return label_moment(datetime.fromisoformat(when["starts_at"]), when["timezone"], locale)


def label_span(when: Mapping[str, Any], locale: str | None = None) -> str:
    """The beginning and the end: `Thursday, April 6, 2017, 1:00 PM to 2:30 PM CDT`; the beginning alone of what lasts
    over several days, and of uncertain dates. Times are not broken over lines.
    """
    if "starts_at" not in when:
        return label_when(when, locale)
    locale = locale or current_locale()
    zone = ZoneInfo(when["timezone"])
    starts, ends = (datetime.fromisoformat(when[name]).astimezone(zone) for name in ("starts_at", "ends_at"))
    if starts.date() != ends.date():
        return label_when(when, locale)
    clocks = {"start": _label_clock(starts, locale), "end": _label_clock(ends, locale)}
    span = f"{_text(locale, '%(start)s to %(end)s', **clocks)} {_name_zone(starts)}"
    return _join(label_full_date(starts, locale), span.replace(" ", FIXED), locale)


def label_edtf(edtf: str, locale: str | None = None) -> str:
    """`Fall 2017` for `2017-23`, `June 2017 to Fall 2017` for `2017-06/2017-23`, of valid EDTF."""
    return _label_edtf(edtf, locale or current_locale())


@lru_cache(maxsize=CACHED)
def _label_edtf(edtf: str, locale: str) -> str:
    with use_locale(locale):
        start, _, end = (_label_uncertain(part) for part in edtf.partition("/"))
        if start and end:
            return gettext("%(start)s to %(end)s", start=start, end=end)
        if "/" not in edtf:
            return start
        return gettext("From %(date)s", date=start) if start else gettext("Until %(date)s", date=end)


def _label_uncertain(edtf: str) -> str:
    """One end of an interval; empty if it is open."""
    if edtf in ("", "..", "/"):
        return ""
    qualifier = edtf[-1] if edtf[-1] in QUALIFIERS else ""
    label = _label_edtf_date(edtf.removesuffix(qualifier))
    if qualifier == "?":
        label = gettext("possibly %(date)s", date=label)
    elif qualifier == "~":
        label = gettext("about %(date)s", date=label)
    elif qualifier:
        label = gettext("possibly about %(date)s", date=label)
    return label[0].upper() + label[1:]


def _label_edtf_date(edtf: str) -> str:
    year, *rest = edtf.split("-")
    named = gettext("%(decade)ss", decade=year.replace("X", "0")) if "X" in year else year
    month = rest[0] if rest else "XX"
    if month == "XX":
        return named
    if int(month) > 12:
        return _label_season(month, named)
    if len(rest) == 2 and rest[1] != "XX":
        return label_full_date(date.fromisoformat(edtf))
    if "X" in year:
        return f"{dates.get_month_names('wide', locale=current_locale())[int(month)]} {named}"
    return dates.format_skeleton("yMMMM", date(int(year), int(month), 1), locale=current_locale())


def _label_season(number: str, year: str) -> str:
    match number:
        case "21":
            return gettext("Spring %(year)s", year=year)
        case "22":
            return gettext("Summer %(year)s", year=year)
        case "23":
            return gettext("Fall %(year)s", year=year)
        case _:
            return gettext("Winter %(year)s", year=year)


def _text(locale: str | None, message: str, **values: object) -> str:
    return translations(locale or current_locale()).gettext(message) % values


def _day(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day


def _join(day: str, clock: str, locale: str) -> str:
    return _date_and_time(locale).format(clock, day)


def _name_zone(moment: datetime) -> str:
    name = moment.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"


def _label_clock(moment: datetime, locale: str) -> str:
    return _label_clock_at(moment.hour, moment.minute, locale)


@lru_cache(maxsize=CACHED)
def _label_date(day: date, width: str, locale: str) -> str:
    return dates.format_date(day, width, locale)  # pyright: ignore[reportArgumentType]


@lru_cache(maxsize=CACHED)
def _label_clock_at(hour: int, minute: int, locale: str) -> str:
    return dates.format_time(time(hour, minute), "short", locale=locale).replace(NARROW, " ")


@lru_cache(maxsize=CACHED)
def _label_interval(start: time, end: time, locale: str) -> str:
    """`1:00–2:30 PM`, `11:30 AM–1:00 PM`."""
    skeleton = "hm" if "a" in dates.get_time_format("short", locale).pattern else "Hm"
    day = date(2000, 1, 1)
    first, last = (datetime.combine(day, moment.replace(second=0, microsecond=0)) for moment in (start, end))
    return DASH.sub("–", dates.format_interval(first, last, skeleton, fuzzy=False, locale=locale).replace(NARROW, " "))


@lru_cache(maxsize=CACHED)
def _label_unit(count: int, unit: str, locale: str) -> str:
    return units.format_unit(count, unit, "long", locale=locale)


@lru_cache(maxsize=CACHED)
def _label_month(month: int, locale: str) -> str:
    return dates.get_month_names("abbreviated", locale=locale)[month]


@lru_cache
def _date_and_time(locale: str) -> str:
    """Return the pattern that joins a time and a date: `{1}, {0}`."""
    return Locale.parse(locale).datetime_formats["medium"]
