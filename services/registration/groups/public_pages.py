"""What comes after the form for colleagues, and the page by which their registrar confirms it."""

from typing import Any

from flask import Response

from services.registration.catalog_projection import queries as projection
from services.registration.groups import confirmation, domain
from services.registration.groups.schemas import ConfirmationSchema, GroupQuery
from services.registration.registrations import receipts
from shared.errors import DomainError, Gone, NotFound
from shared.http.answers import see_other
from shared.http.forms import Form, read, status_of
from shared.http.limits import limited
from shared.http.pages import Pages, asked, respond
from shared.runtime import connection
from shared.turns import take_turns

CHANGED = "The questions of this session were changed. Please send the form again."

pages = Pages("confirming", url_prefix="/registration/group")


@pages.get("/requested")
def show_requested() -> Response:
    """What comes next, for who sent the form."""
    try:
        with connection() as conn:
            group = domain.get(conn, domain.read_token(asked(GroupQuery())["receipt"], purpose=domain.RECEIPT))
            occasion = projection.select_occasions(conn, [group.session_slug])[group.session_slug]
    except Gone:
        raise NotFound("There is no such page; see the mail that we have sent you.") from None
    return respond("group-requested.html", group=group, occasion=occasion)


@pages.get("")
def show_confirmation() -> Response:
    """Where the link in the mail leads; it changes nothing, since programs read mails before people do."""
    return _ask(asked(GroupQuery())["token"], Form())


@pages.form("")
@limited
def confirm() -> Response:
    """Register the group, and lead to what became of it."""
    given, form = read(ConfirmationSchema())
    token = given["token"] if given else ""
    try:
        id = domain.read_token(token)
        made = take_turns(lambda conn: confirmation.confirm(conn, id))
        return see_other(receipts.address(made, reader=None))
    except Gone:
        return _ask(token, form)
    except DomainError as error:
        said = error.detail if not getattr(error, "errors", None) else CHANGED
        return _ask(token, form.refuse({"form": [said]}), status=status_of(error))


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
