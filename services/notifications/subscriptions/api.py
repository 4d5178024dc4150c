"""The newsletter's readers over HTTP: signing up, preferences and leaving for anybody; the list and the
proof for staff.
"""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from services.notifications.subscriptions import domain, exports, queries
from services.notifications.subscriptions.imports import import_readers
from services.notifications.subscriptions.queries import SignUp, Subscription
from services.notifications.subscriptions.request_origins import origin
from services.notifications.subscriptions.schemas import (
    AskedSchema,
    ImportQuery,
    ImportReportSchema,
    ImportSchema,
    LeaveSchema,
    OwnSubscriptionSchema,
    PreferencesSchema,
    ReaderDetailSchema,
    ReaderSchema,
    ReadersQuery,
    ReadersSchema,
    SubscribeSchema,
    SubscriptionSchema,
    TokenQuery,
    TokenSchema,
)
from shared import runtime
from shared.email_addresses import fold_email, fold_stored_email
from shared.errors import NotFound
from shared.http import Blueprint, request_limits, tables
from shared.http.audit_api import record_staff_action
from shared.http.blueprint import consumes, load_body
from shared.http.guards import guard
from shared.http.pages import respond
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.request_limits import rate_limited
from shared.http.responses import json_response, see_other
from shared.runtime import connection, transaction

bp = Blueprint(
    "subscriptions", __name__, url_prefix="/notifications/v1", description="The newsletter's readers", public=True
)

staff = Blueprint(
    "readers", __name__, url_prefix="/notifications/v1/readers", description="The newsletter's readers, for staff"
)

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@guard
def _by_link(token: str) -> None:
    """Let the bearer of a reader's link on."""
    with transaction() as conn:
        domain.find(conn, token)


@bp.post("/subscriptions")
@rate_limited
@bp.arguments(SubscribeSchema)
@bp.response(202, AskedSchema)
def request_subscription(wanted: dict[str, Any]) -> dict[str, str]:
    """Sign up for the newsletter. Its mails begin once the owner of the address has confirmed that by a link in a mail;
    the answer is the same whether the address is known or not.
    """
    wish = SignUp(**{**wanted, "email": fold_email(wanted["email"])})
    with transaction() as conn:
        request_limits.consume(conn, [request_limits.network_charge()])
        domain.request(conn, wish, origin())
    return {"detail": "A mail is on its way to this address; the link in it confirms that you want the newsletter."}


@bp.get("/subscriptions/confirm")
@bp.arguments(TokenQuery, location="query")
@bp.response(303, description="To the page that confirms; older mails lead here")
def show_confirmation(query: dict[str, Any]) -> Response:
    """Lead people to the page on which they confirm."""
    return see_other(f"/notifications/confirm?{urlencode(query)}")


@bp.post("/subscriptions/confirm")
@bp.arguments(TokenSchema)
@bp.response(200, OwnSubscriptionSchema)
def confirm_subscription(given: dict[str, Any]) -> Response:
    """Confirm that the newsletter is wanted, with the token of the link in the mail."""
    with transaction() as conn:
        return _show(domain.confirm(conn, given["token"], origin()))


@bp.get("/subscriptions/<token>")
@_by_link
@bp.response(200, OwnSubscriptionSchema)
def show_subscription(token: str) -> Response:
    """Show a subscription to the one who has the link from its mails."""
    with transaction() as conn:
        return _show(domain.find(conn, token))


@bp.patch("/subscriptions/<token>")
@_by_link
@bp.arguments(PreferencesSchema)
@bp.response(200, OwnSubscriptionSchema)
def change_subscription(changes: dict[str, Any], token: str) -> Response:
    """Hear of other things."""
    with transaction() as conn:
        return _show(domain.change(conn, domain.find(conn, token), changes, origin()))


@bp.delete("/subscriptions/<token>")
@_by_link
@bp.response(200, SubscriptionSchema)
def end_subscription(token: str) -> Response:
    """Leave the newsletter; a last mail confirms it."""
    with transaction() as conn:
        return json_response(SubscriptionSchema().dump(domain.end(conn, domain.find(conn, token), origin())))


@bp.get("/unsubscribe/<token>")
@bp.response(200, content_type="text/html")
def show_leaving(token: str) -> Response:
    """The page that the link in a mail leads to; it ends nothing, since programs read mails before people do."""
    domain.check_leaving(token)
    return respond("unsubscribe.html")


@bp.post("/unsubscribe/<token>")
@consumes(FORM, MULTIPART)
@bp.doc(requestBody={"required": True, "content": {FORM: {"schema": LeaveSchema}, MULTIPART: {"schema": LeaveSchema}}})
@bp.response(200, content_type="text/html")
def unsubscribe(token: str) -> Response:
    """Leave with one click, as mail programs do it (RFC 8058). Works for ever, and again, without a cookie."""
    load_body(LeaveSchema(), request.form.to_dict())
    with transaction() as conn:
        domain.unsubscribe(conn, token, origin())
    return respond("unsubscribed.html")


@staff.get("")
@staff.staff("notifications:read")
@staff.arguments(ReadersQuery, location="query")
@staff.response(200, ReadersSchema)
def list_readers(query: dict[str, Any]) -> Response:
    """The readers, the newest first. With `Accept: text/csv`, or a spreadsheet's, all of them with their proof, as an
    import takes them.
    """
    if (kind := tables.wanted()) != tables.JSON:
        return exports.table(kind)
    limit, (before,) = query.pop("limit"), decode_cursor(query.pop("cursor"), int) or (None,)
    query["email"] = query["email"] and fold_stored_email(query["email"])
    with connection() as conn:
        found = queries.select_readers(conn, before=before, limit=limit + 1, **query)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    body, headers = page(ReaderSchema(many=True).dump(found[:limit]), more)
    return json_response(body, headers={**headers, "Vary": "Accept"})


@staff.get("/<uuid:id>")
@staff.staff("notifications:read")
@staff.response(200, ReaderDetailSchema)
def show_reader(id: UUID) -> Response:
    """A reader, with the proof: what they did, when, from where, and which text they were shown."""
    with transaction() as conn:
        found = queries.lock(conn, id)
        if found is None:
            raise NotFound("There is no such reader.")
        consents = queries.select_consents(conn, id)
    return json_response(ReaderDetailSchema().dump({**asdict(found), "consents": consents}))


@staff.delete("/<uuid:id>")
@staff.staff("notifications:write")
@staff.response(204)
def forget_reader(id: UUID) -> None:
    """Forget a reader who wants that: nothing of them is left but that mails went out. The link in their mails still
    answers.
    """
    with transaction() as conn:
        domain.forget(conn, id)
        record_staff_action(conn, "reader.forget", id)


@staff.post("/imports")
@staff.staff("notifications:write")
@staff.arguments(ImportQuery, location="query")
@staff.arguments(ImportSchema)
@staff.response(200, ImportReportSchema)
def import_confirmed(query: dict[str, Any], given: dict[str, Any]) -> dict[str, int]:
    """Take in readers who confirmed elsewhere, with their proof; all or, where one is wrong, none. The same again
    changes nothing.
    """
    with transaction() as conn:
        report = import_readers(conn, given["readers"], now=runtime.current().clock.now(), dry_run=query["dry_run"])
        if not query["dry_run"]:
            record_staff_action(conn, "readers.import", "readers", report)
    return report


def _url(subscription: Subscription) -> str:
    return f"{runtime.settings().public_url}/notifications/v1/subscriptions/{domain.sign(subscription)}"


def _show(subscription: Subscription) -> Response:
    return json_response(OwnSubscriptionSchema().dump({**asdict(subscription), "url": _url(subscription)}))
