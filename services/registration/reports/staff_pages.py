"""The grant report as a page: by what is asked for, with charts, tables to take along, and to print."""

from flask import Response

from services.registration.reports import participation
from services.registration.reports.queries import select_choices
from services.registration.reports.schemas import ReportQuery
from shared.http import tables
from shared.http.forms import Form
from shared.http.pages import Pages, parse_query, respond
from shared.runtime import connection

pages = Pages("reports-desk", url_prefix="/registration/staff/reports")


@pages.get("")
@pages.staff("registration:read")
def show_report() -> Response:
    """Who took part, counted by what was chosen."""
    query = parse_query(ReportQuery())
    lines = participation.count(query)
    with connection() as conn:
        choices = select_choices(conn)
    by = list(participation.TITLES.items())
    return respond("staff/report.html", form=Form.of(query), choices=choices, by=by, **participation.show(query, lines))


@pages.get("/participation.<any(csv, xlsx):kind>")
@pages.staff("registration:read")
def download_report(kind: str) -> Response:
    """The same as a table."""
    query = parse_query(ReportQuery())
    return participation.table(tables.CSV if kind == "csv" else tables.XLSX, query, participation.count(query))
