"""The addresses that no mail goes to, as a page."""

from uuid import UUID

from flask import Response

from services.notifications.suppressions import domain, queries
from services.notifications.suppressions.schemas import SuppressionsQuery, SuppressSchema
from shared.errors import Invalid
from shared.http.audit_api import record_staff_action
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.pagination import decode_cursor, encode_cursor
from shared.http.responses import see_other
from shared.runtime import connection, transaction

HOME = "/notifications/staff/suppressions"
pages = Pages("suppressions-desk", url_prefix=HOME)


@pages.get("")
@pages.staff("notifications:read")
def list_suppressions() -> Response:
    """The newest first."""
    return _show(Form())


@pages.form("")
@pages.staff("notifications:write")
def suppress() -> Response:
    """Let no mail go to an address any more."""
    wanted, form = parse_form(SuppressSchema())
    if form:
        try:
            with transaction() as conn:
                if domain.suppress(conn, wanted["email"], reason="staff", detail=wanted["detail"]):
                    [found] = queries.select(conn, email=domain.fold(wanted["email"]), before=None, limit=1)
                    record_staff_action(conn, "suppression.add", found.id)
            return see_other(HOME)
        except Invalid as error:
            form.add_errors(error.errors)
    return _show(form, status=422)


@pages.form("/<uuid:id>/lift")
@pages.staff("notifications:write")
def lift(id: UUID) -> Response:
    """Let mail go there again."""
    with transaction() as conn:
        domain.lift(conn, id)
        record_staff_action(conn, "suppression.lift", id)
    return see_other(HOME)


def _show(form: Form, *, status: int = 200) -> Response:
    query = parse_query(SuppressionsQuery())
    limit, (before,) = query.pop("limit"), decode_cursor(query.pop("cursor"), int) or (None,)
    email = domain.fold(query["email"]) if query["email"] else None
    with connection() as conn:
        found = queries.select(conn, email=email, before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    return respond("staff/suppressions.html", status=status, found=found[:limit], more=more, query=query, form=form)
