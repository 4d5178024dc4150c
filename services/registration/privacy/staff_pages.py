"""What is held on a person, and erasing them, on pages of staff. The other services show their parts themselves; the
page puts them together in the browser.
"""

from uuid import UUID

import orjson
from flask import Response

from services.registration.privacy import domain, erasure_commands
from services.registration.privacy.domain import Held
from services.registration.privacy.schemas import PersonQuery
from shared.conflict_retry import retry_on_conflict
from shared.email_addresses import fold_stored_email
from shared.errors import Invalid
from shared.http.forms import Form
from shared.http.pages import Pages, parse_query, respond
from shared.http.responses import see_other
from shared.runtime import connection, transaction

HOME = "/registration/staff/people"
pages = Pages("people-desk", url_prefix=HOME)

SCOPE = "people:erase"


@pages.get("")
@pages.staff(SCOPE)
def show_person() -> Response:
    """Look somebody up by their address; that is noted."""
    email = parse_query(PersonQuery())["email"]
    if not email:
        return _show(Form())
    form = Form.of({"email": email})
    try:
        email = fold_stored_email(email)
    except Invalid as error:
        return _show(form.add_errors(error.errors), status=422)
    with transaction() as conn:
        held = erasure_commands.describe(conn, email)
    return _show(Form.of({"email": email}), held=held)


@pages.get("/held.json")
@pages.staff(SCOPE)
def download_held() -> Response:
    """All that registration holds, to give to whoever asks what is held on them."""
    with transaction() as conn:
        held = erasure_commands.describe(conn, fold_stored_email(parse_query(PersonQuery())["email"] or ""))
    response = Response(orjson.dumps(held, default=str, option=orjson.OPT_INDENT_2), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="held.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.form("/erase")
@pages.staff(SCOPE)
def erase() -> Response:
    """Erase a person in every service, where the address was typed once more."""
    form = Form.sent()
    email = fold_stored_email(form.text("email"))
    if form.text("again").strip().lower() != email.lower():
        form.add_errors({"again": ["This is not the same address."]})
        with connection() as conn:
            return _show(form, held=domain.describe(conn, email), status=422)
    erasure = retry_on_conflict(lambda conn: erasure_commands.erase(conn, email))
    return see_other(f"{HOME}/erasures/{erasure.id}")


@pages.get("/erasures/<uuid:id>")
@pages.staff(SCOPE)
def show_erasure(id: UUID) -> Response:
    """How far it is: done once every service has said so."""
    with connection() as conn:
        return respond("staff/erasure.html", erasure=domain.get_erasure(conn, id))


def _show(form: Form, *, status: int = 200, held: Held | None = None) -> Response:
    return respond("staff/people.html", status=status, form=form, held=held)
