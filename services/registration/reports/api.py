"""Reports of participation over HTTP: as JSON, as CSV or XLSX, and as a page to print."""

from typing import Any

from flask import Response, request

from services.registration.reports import participation
from services.registration.reports.schemas import ReportQuery, ReportSchema
from shared.http import Blueprint, tables
from shared.http.pages import respond
from shared.http.responses import json_response

staff = Blueprint("reports", __name__, url_prefix="/registration/v1/reports", description="Reports, for staff")

HTML = "text/html"


@staff.get("/participation")
@staff.staff("registration:read")
@staff.arguments(ReportQuery, location="query")
@staff.response(200, ReportSchema)
def show_participation(query: dict[str, Any]) -> Response:
    """Who took part, by session, series, initiative, library type, community size, state or month; unique people are
    counted once. By `Accept` as JSON, CSV, XLSX, or a page with charts to print.
    """
    kind = request.accept_mimetypes.best_match([tables.JSON, tables.CSV, tables.XLSX, HTML], default=tables.JSON)
    lines = participation.count(query)
    if kind == tables.JSON:
        body = {"by": query["by"], "items": [one for one in lines if not one.total], "total": lines[-1]}
        return json_response(ReportSchema().dump(body), headers={"Vary": "Accept"})
    if kind == HTML:
        response = respond("report.html", **participation.show(query, lines))
        response.headers["Vary"] = "Accept"
        return response
    return participation.table(kind, query, lines)
