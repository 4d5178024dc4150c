"""Reports of participation over HTTP: as JSON, as CSV or XLSX, and as a page to print."""

from dataclasses import astuple, fields
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Response, request

from services.registration.reports import queries
from services.registration.reports.queries import Participation
from services.registration.reports.schemas import ReportQuery, ReportSchema
from shared.http import Blueprint, tables
from shared.http.answers import answer
from shared.http.pages import respond
from shared.runtime import transaction

staff = Blueprint("reports", __name__, url_prefix="/registration/v1/reports", description="Reports, for staff")

HTML = "text/html"
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


@staff.get("/participation")
@staff.staff("registration:read")
@staff.arguments(ReportQuery, location="query")
@staff.response(200, ReportSchema)
def show_participation(query: dict[str, Any]) -> Response:
    """Who took part, by session, series, initiative, library type, community size, state or month; unique people are
    counted once. By `Accept` as JSON, CSV, XLSX, or a page with charts to print.
    """
    kind = request.accept_mimetypes.best_match([tables.JSON, tables.CSV, tables.XLSX, HTML], default=tables.JSON)
    lines = _count(query)
    if kind == tables.JSON:
        body = {"by": query["by"], "items": [one for one in lines if not one.total], "total": lines[-1]}
        return answer(ReportSchema().dump(body), headers={"Vary": "Accept"})
    if kind == HTML:
        return _page(query, lines)
    head = [query["by"], *(field.name for field in fields(Participation) if field.name not in ("key", "total"))]
    rows = [["total" if one.total else one.key, *astuple(one)[1:2], *astuple(one)[3:]] for one in lines]
    return tables.table(kind, f"participation-by-{query['by']}", head, lambda _conn: rows)


def _count(query: dict[str, Any]) -> list[Participation]:
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


def _page(query: dict[str, Any], lines: list[Participation]) -> Response:
    shown = [one for one in lines if not one.total]
    response = respond(
        "report.html",
        title=TITLES[query["by"]],
        query={name: value for name, value in query.items() if value},
        lines=shown,
        total=lines[-1],
        counts=COUNTS,
        most=max([one.registered for one in shown] + [one.took_part for one in shown] + [1]),
    )
    response.headers["Vary"] = "Accept"
    return response
