"""Reports of participation: counted, as tables, and as what pages show of them."""

from dataclasses import astuple, fields
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Response

from services.registration.reports import queries
from services.registration.reports.queries import Participation
from shared.http import tables
from shared.runtime import transaction

COUNTS = ("registered", "attended", "watched", "completed", "invited", "took_part")
TITLES = {
    "session": "Session",
    "series": "Series",
    "initiative": "Initiative",
    "library_type": "Library type",
    "community_size": "Community size",
    "state": "State",
    "month": "Month",
}


def count(query: dict[str, Any]) -> list[Participation]:
    """The lines of the report that a ReportQuery asks for; the last is that of everybody."""
    begin, end = query["since"], query["until"]
    with transaction() as conn:
        queries.allow_minutes(conn)
        lines = queries.select_participation(
            conn,
            by=query["by"],
            initiative=query["initiative"],
            series=query["series"],
            begin=datetime.combine(begin, time(), UTC) if begin else None,
            end=datetime.combine(end + timedelta(days=1), time(), UTC) if end else None,
        )
    # A series is completed, no session of it is: those are in the total alone.
    return [one for one in lines if one.total or one.key is not None or query["by"] != "session"]


def table(kind: str, query: dict[str, Any], lines: list[Participation]) -> Response:
    """The report as CSV or XLSX, by content type."""
    head = [query["by"], *(field.name for field in fields(Participation) if field.name not in ("key", "total"))]
    rows = [["total" if one.total else one.key, *astuple(one)[1:2], *astuple(one)[3:]] for one in lines]
    return tables.table(kind, f"participation-by-{query['by']}", head, lambda _conn: rows)


def show(query: dict[str, Any], lines: list[Participation]) -> dict[str, Any]:
    """What a page shows of it."""
    shown = [one for one in lines if not one.total]
    return {
        "title": TITLES[query["by"]],
        "query": {name: value for name, value in query.items() if value},
        "lines": shown,
        "total": lines[-1],
        "counts": COUNTS,
        "most": max([one.registered for one in shown] + [one.took_part for one in shown] + [1]),
    }
