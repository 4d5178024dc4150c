"""What is held on a person, over HTTP: for themselves, and for staff whom they ask."""

from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response

from services.registration.learners.access import check_fresh, learner
from services.registration.learners.schemas import SignedInQuery
from services.registration.people import queries as people
from services.registration.privacy import domain, erasure_commands
from services.registration.privacy.queries import Erasure
from services.registration.privacy.schemas import ErasureSchema, HeldSchema
from shared import runtime
from shared.conflict_retry import retry_on_conflict
from shared.email_addresses import fold_stored_email
from shared.errors import NotFound
from shared.http import Blueprint, auth
from shared.http.guards import guard
from shared.http.responses import json_response
from shared.runtime import connection, transaction

bp = Blueprint("privacy", __name__, url_prefix="/registration/v1", description="What is held on people")

SCOPE = "people:erase"
OTHERS = ("notifications", "catalog")


@guard
def _by_themselves_or_staff(email: str) -> None:
    """Let staff or the person themselves on. Raises Unauthorized, or NotFound for others."""
    if auth.has(SCOPE):
        return
    person_id = learner()
    with connection() as conn:
        person = people.select_many(conn, [person_id]).get(person_id)
    if person is None or person.email != fold_stored_email(email):
        raise NotFound("Nothing is held on this person.")


@bp.get("/people/<email>")
@_by_themselves_or_staff
@bp.arguments(SignedInQuery, location="query")
@bp.response(200, HeldSchema)
def show_held(_query: dict[str, Any], email: str) -> Response:
    """Everything that registration holds on a person; for themselves, signed in, or for staff (`people:erase`), whose
    look is noted. `parts` tells where the other services answer with theirs.
    """
    folded = fold_stored_email(email)
    by_staff = auth.has(SCOPE)
    with transaction() as conn:
        held = erasure_commands.describe(conn, folded) if by_staff else domain.describe(conn, folded)
    return json_response({**held, "parts": parts(folded)}, cache_control="no-store")


@bp.delete("/people/<email>")
@_by_themselves_or_staff
@bp.arguments(SignedInQuery, location="query")
@bp.response(202, ErasureSchema, headers={"Location": {"description": "How far it is", "schema": {"type": "string"}}})
def erase_person(_query: dict[str, Any], email: str) -> Response:
    """Erase a person in every service, under each address that they had; what they took part in stays counted, without
    them. For themselves, who have signed in within the last 15 minutes (else 401, `sign-in-again`), or for staff
    (`people:erase`), who also erase who only reads the newsletter: the answer is the same where nothing is held.
    """
    folded = fold_stored_email(email)
    by_staff = auth.has(SCOPE)
    if not by_staff:
        check_fresh()
    erase = erasure_commands.erase if by_staff else partial(domain.erase, cause="asked by the person")
    erasure = retry_on_conflict(lambda conn: erase(conn, folded))
    response = _tell(erasure)
    response.status_code = 202
    response.headers["Location"] = f"/registration/v1/erasures/{erasure.id}"
    return response


@bp.get("/erasures/<uuid:id>")
@bp.response(200, ErasureSchema)
def show_erasure(id: UUID) -> Response:
    """How far an erasure is, for whoever has its id: `done` once every service has said so."""
    with connection() as conn:
        return _tell(domain.get_erasure(conn, id))


def parts(email: str) -> dict[str, str]:
    """Where the other services answer with what they hold under this address."""
    site = runtime.settings().public_url
    return {service: f"{site}/{service}/v1/people/{quote(email)}" for service in OTHERS}


def _tell(erasure: Erasure) -> Response:
    body = {
        "id": erasure.id,
        "state": "done" if erasure.notifications_done_at else "running",
        "services": {
            "registration": erasure.registration_done_at,
            "notifications": erasure.notifications_done_at,
        },
    }
    return json_response(ErasureSchema().dump(body), cache_control="no-store")
