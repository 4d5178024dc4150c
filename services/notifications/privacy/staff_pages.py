"""What notifications holds on a person, on pages of staff: a part of registration's page about people."""

import orjson
from flask import Response

from services.notifications.privacy import domain
from services.notifications.privacy.domain import SCOPE
from services.notifications.privacy.schemas import PersonQuery
from shared.email_addresses import fold_stored_email
from shared.http.audit_api import record_staff_action
from shared.http.pages import Pages, parse_query, respond
from shared.runtime import transaction

HOME = "/notifications/staff/people"
pages = Pages("people-desk", url_prefix=HOME)


@pages.get("")
@pages.staff(SCOPE)
def show_person() -> Response:
    """What is held under an address; that somebody looked is noted."""
    email, held = _look_up()
    return respond("staff/person.html", email=email, held=held)


@pages.get("/held.json")
@pages.staff(SCOPE)
def download_held() -> Response:
    """All of it, to give to whoever asks what is held on them."""
    body = orjson.dumps(_look_up()[1], default=str, option=orjson.OPT_INDENT_2)
    response = Response(body, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="held-by-notifications.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _look_up() -> tuple[str, domain.HeldData]:
    email = fold_stored_email(parse_query(PersonQuery())["email"])
    with transaction() as conn:
        record_staff_action(conn, "person.export", "by address")
        return email, domain.describe(conn, email)
