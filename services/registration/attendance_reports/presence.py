"""How long somebody was in a session, from the rows of a report about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.registration.attendance_reports.report_rows import ReportRow, Window

Span = tuple[datetime, datetime]
# A row whose duration falls short of its span by more is about the first join and the last leave, not one connection.
TOLERANCE = timedelta(seconds=90)


@dataclass(frozen=True)
class Presence:
    """Whether somebody came, and for how many whole minutes; None if nobody measured."""

    came: bool
    minutes: int | None


def judge_presence(rows: Sequence[ReportRow], window: Window) -> Presence:
    """Returns how long the person of these rows was in the session.

    Connections are united and cut to the session's time. A duration shorter than its span can only lessen it; one
    without times counts up to the session's length. "Did not attend" and the waiting room count as nothing, unless
    another row says more.
    """
    present = [row for row in rows if row.said is not False and not row.waiting]
    measured = [row for row in present if row.seconds is not None or span_of(row, window)]
    if not measured:
        return Presence(bool(present), None if present or any(row.said is False for row in rows) else 0)
    seconds = _count_seconds(measured, window)
    minutes = int(seconds / 60 + 0.5)
    return Presence(minutes > 0, minutes)


def span_of(row: ReportRow, window: Window) -> Span | None:
    """Returns from when to when the row says somebody was there, or None if it does not say both."""
    zone = row.zone or window.zone
    joined = row.joined and row.joined.resolve(window.starts_at, zone)
    left = row.left and row.left.resolve(window.ends_at, zone)
    if joined is None or left is None:
        return None
    return (joined, max(joined, left))


def misses_session(rows: Iterable[ReportRow], window: Window) -> bool:
    """True if rows name times, and none of these times lies in the session: its clock may be another zone's."""
    spans = [span for row in rows if row.said is not False and not row.waiting and (span := span_of(row, window))]
    return bool(spans) and all(_length(cut) <= timedelta() for cut in (_cut(span, window) for span in spans))


def _count_seconds(rows: Sequence[ReportRow], window: Window) -> float:
    exact: list[Span] = []
    partial: list[tuple[Span, timedelta]] = []
    unplaced = timedelta()
    for row in rows:
        span, lasted = span_of(row, window), None if row.seconds is None else timedelta(seconds=row.seconds)
        if span is None:
            unplaced += lasted or timedelta()
        elif lasted is not None and lasted + TOLERANCE < _length(span):
            partial.append((_cut(span, window), lasted))
        else:
            exact.append(_cut(span, window))
    placed = _unite(exact)
    # What has no times may be the same presence again.
    total = max(_total(placed) + _add_partial(placed, partial), unplaced)
    return min(total, window.ends_at - window.starts_at).total_seconds()


def _add_partial(placed: list[Span], partial: list[tuple[Span, timedelta]]) -> timedelta:
    """Returns what spans with a shorter duration add at least: overlapping ones may be the same presence."""
    added = timedelta()
    covered: list[Span] = []
    for span, lasted in sorted(partial, key=lambda one: (one[1], one[0]), reverse=True):
        if _overlap(span, covered) > timedelta():
            continue
        covered.append(span)
        added += max(timedelta(), min(lasted, _length(span)) - _overlap(span, placed))
    return added


def _cut(span: Span, window: Window) -> Span:
    begin, end = max(span[0], window.starts_at), min(span[1], window.ends_at)
    return (begin, max(begin, end))


def _unite(spans: Iterable[Span]) -> list[Span]:
    """Returns disjoint spans that cover the same time."""
    united: list[Span] = []
    for begin, end in sorted(spans):
        if united and begin <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((begin, end))
    return united


def _overlap(span: Span, others: Iterable[Span]) -> timedelta:
    cuts = ((max(span[0], begin), min(span[1], end)) for begin, end in others)
    return sum((end - begin for begin, end in cuts if end > begin), timedelta())


def _length(span: Span) -> timedelta:
    return span[1] - span[0]


def _total(spans: Iterable[Span]) -> timedelta:
    return sum((end - begin for begin, end in spans), timedelta())
