"""`/catalog/v1/sessions/…/recording`: publishing and withdrawing recordings."""

from typing import Any

from flask import Response

from services.catalog.kinds.outcome_responses import record_and_answer
from services.catalog.publishing.audit import record_outcome
from services.catalog.recordings import domain
from services.catalog.sessions import document_part
from services.catalog.sessions import schemas as sessions
from shared.http import Blueprint
from shared.http.idempotency import idempotent
from shared.runtime import transaction

staff = Blueprint(
    "recording-staff", __name__, url_prefix="/catalog/v1/sessions", description="What staff do to recordings"
)


@staff.post("/<slug>/recording")
@staff.staff("catalog:write")
@idempotent
@staff.arguments(document_part.RecordingInputSchema)
@staff.response(200, sessions.SessionSchema)
def publish_recording(recording: dict[str, Any], slug: str) -> Response:
    """Publish a session's recording, or change it."""
    with transaction() as conn:
        return record_and_answer(conn, "session.recording", domain.publish(conn, slug, **recording))


@staff.delete("/<slug>/recording")
@staff.staff("catalog:write")
@staff.response(204)
def withdraw_recording(slug: str) -> None:
    """Withdraw a session's recording."""
    with transaction() as conn:
        record_outcome(conn, "session.withdraw-recording", domain.withdraw(conn, slug))
