"""What comes after the form for colleagues, and the page by which their registrar confirms it."""

from typing import Any

from flask import Response

from services.registration.catalog_projection import queries as projection
from services.registration.groups import confirmation, domain
from services.registration.groups.schemas import ConfirmationSchema, GroupQuery
from services.registration.registrations import receipts
from shared.conflict_retry import retry_on_conflict
from shared.errors import DomainError, Gone, NotFound
from shared.http.forms import Form, form_error_status, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.request_limits import rate_limited
from shared.http.responses import see_other
from shared.runtime import connection

CHANGED = "The questions of this session were changed. Please submit the form again."

pages = Pages("confirming", url_prefix="/registration/group")


@pages.get("/requested")
def show_requested() -> Response:
    """What comes next, for who sent the form."""
    try:
        with connection() as conn:
            group = domain.get(conn, domain.read_token(parse_query(GroupQuery())["receipt"], purpose=domain.RECEIPT))
            occasion = projection.select_occasions(conn, [group.session_slug])[group.session_slug]
    except Gone:
        raise NotFound("There is no such page; see the mail that we have sent you.") from None
    return respond("group-requested.html", group=group, occasion=occasion)


@pages.get("")
def show_confirmation() -> Response:
    """Where the link in the mail leads; it changes nothing, since programs read mails before people do."""
    return _ask(parse_query(GroupQuery())["token"], Form())


@pages.form("")
@rate_limited
def confirm() -> Response:
    """Register the group, and lead to what became of it."""
    given, form = parse_form(ConfirmationSchema())
    token = given["token"] if given else ""
    try:
        id = domain.read_token(token)
        made = retry_on_conflict(lambda conn: confirmation.confirm(conn, id))
        return see_other(receipts.address(made, reader=None))
    except Gone:
        return _ask(token, form)
    except DomainError as error:
        said = error.detail if not getattr(error, "errors", None) else CHANGED
        return _ask(token, form.add_errors({"form": [said]}), status=form_error_status(error))


def _ask(token: str, form: Form, *, status: int = 200) -> Response:
    """The group, to be looked at and confirmed; or why it is not there any more."""
    values: dict[str, Any] = {"token": token, "form": form}
    try:
        with connection() as conn:
            group = domain.get_open(conn, domain.read_token(token))
            occasion = projection.select_occasions(conn, [group.session_slug])[group.session_slug]
    except Gone:
        return respond("group-expired.html", status=410)
    return respond("group-confirm.html", status=status, group=group, occasion=occasion, **values)
