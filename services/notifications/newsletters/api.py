"""Issues of the newsletter, for staff who write them."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response
from psycopg import Connection

from services.notifications.fanout import queries as fanout
from services.notifications.newsletters import domain, queries
from services.notifications.newsletters.queries import Issue
from services.notifications.newsletters.schemas import (
    ChangesSchema,
    DraftSchema,
    IssueSchema,
    IssuesQuery,
    IssuesSchema,
    ProgressSchema,
    ScheduleSchema,
    TestSchema,
    TextsSchema,
)
from services.notifications.rendering.links import Holder, Links
from shared.email_addresses import fold_email
from shared.http import Blueprint, conditional
from shared.http.audit_api import record_staff_action
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.responses import etag_for, json_response
from shared.runtime import connection, settings, transaction

staff = Blueprint(
    "newsletters", __name__, url_prefix="/notifications/v1/newsletters", description="Issues of the newsletter"
)


@staff.get("")
@staff.staff("notifications:read")
@staff.arguments(IssuesQuery, location="query")
@staff.response(200, IssuesSchema)
def list_issues(query: dict[str, Any]) -> Response:
    """The issues and digests, the newest first."""
    limit, (before,) = query["limit"], decode_cursor(query["cursor"], int) or (None,)
    with connection() as conn:
        found = queries.select(conn, state=query["state"], before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    body, headers = page(IssueSchema(many=True).dump(found[:limit]), more)
    return json_response(body, headers=headers)


@staff.post("")
@staff.staff("notifications:write")
@idempotent
@staff.arguments(DraftSchema)
@staff.response(201, IssueSchema)
def create_issue(wanted: dict[str, Any]) -> Response:
    """Write an issue; it is a draft until it is scheduled."""
    with transaction() as conn:
        made = domain.create(conn, wanted)
        record_staff_action(conn, "newsletter.create", made.slug)
    return _show(made, status=201)


@staff.post("/announcements/<slug>")
@staff.staff("notifications:write")
@staff.response(201, IssueSchema)
@staff.alt_response(200, schema=IssueSchema, description="There is one already")
def create_from_announcement(slug: str) -> Response:
    """Make an issue of a published announcement, to those whom it is for; a draft, until it is scheduled."""
    with transaction() as conn:
        made, new = domain.create_from_announcement(conn, slug)
        if new:
            record_staff_action(conn, "newsletter.create", made.slug)
    return _show(made, status=201 if new else 200)


@staff.get("/<uuid:id>")
@staff.staff("notifications:read")
@staff.response(200, IssueSchema)
def show_issue(id: UUID) -> Response:
    """Show an issue."""
    with transaction() as conn:
        return _show(domain.find(conn, id))


@staff.patch("/<uuid:id>")
@staff.staff("notifications:write")
@staff.arguments(ChangesSchema)
@staff.response(200, IssueSchema)
def change_issue(changes: dict[str, Any], id: UUID) -> Response:
    """Change an issue that has not begun, from the version that `If-Match` names."""
    with transaction() as conn:
        before = domain.find(conn, id)
        conditional.require_match(etag_for(IssueSchema().dump(before)))
        after = domain.change(conn, before, changes)
        record_staff_action(conn, "newsletter.change", after.slug, {"members": sorted(changes)})
    return _show(after)


@staff.delete("/<uuid:id>")
@staff.staff("notifications:write")
@staff.response(204)
def delete_issue(id: UUID) -> None:
    """Delete a draft."""
    with transaction() as conn:
        issue = domain.find(conn, id)
        domain.delete(conn, issue)
        record_staff_action(conn, "newsletter.delete", issue.slug)


@staff.get("/<uuid:id>/preview")
@staff.staff("notifications:read")
@staff.response(200, TextsSchema)
def preview_issue(id: UUID) -> Response:
    """What a reader would get now, as text and as HTML."""
    with transaction() as conn:
        letter = domain.preview(conn, domain.find(conn, id))
    texts, _leave = letter.personal(Links(settings(), shown=True), id, Holder())
    return json_response(asdict(texts))


@staff.post("/<uuid:id>/test")
@staff.staff("notifications:write")
@staff.arguments(TestSchema)
@staff.response(202, IssueSchema)
def send_test(wanted: dict[str, Any], id: UUID) -> Response:
    """Mail it, as it says now, to one address."""
    email = fold_email(wanted["email"])
    with transaction() as conn:
        issue = domain.find(conn, id)
        domain.send_test(conn, issue, email)
        record_staff_action(conn, "newsletter.test", issue.slug)
    return _show(issue, status=202)


@staff.post("/<uuid:id>/schedule")
@staff.staff("notifications:write")
@staff.arguments(ScheduleSchema)
@staff.response(200, IssueSchema)
def schedule_issue(wanted: dict[str, Any], id: UUID) -> Response:
    """Send it at a moment, or now. What it says, and who is a reader, is fixed when that comes."""
    return _move("newsletter.schedule", id, lambda conn, issue: domain.schedule(conn, issue, wanted["send_at"]))


@staff.post("/<uuid:id>/pause")
@staff.staff("notifications:write")
@staff.response(200, IssueSchema)
def pause_issue(id: UUID) -> Response:
    """Send no more of it for now."""
    return _move("newsletter.pause", id, domain.pause)


@staff.post("/<uuid:id>/resume")
@staff.staff("notifications:write")
@staff.response(200, IssueSchema)
def resume_issue(id: UUID) -> Response:
    """Go on where it was paused."""
    return _move("newsletter.resume", id, domain.resume)


@staff.post("/<uuid:id>/cancel")
@staff.staff("notifications:write")
@staff.response(200, IssueSchema)
def cancel_issue(id: UUID) -> Response:
    """Send no more of it, ever; one that has not begun is a draft again."""
    return _move("newsletter.cancel", id, domain.cancel)


@staff.get("/<uuid:id>/progress")
@staff.staff("notifications:read")
@staff.response(200, ProgressSchema)
def show_progress(id: UUID) -> Response:
    """How far it has got, and what became of its mails."""
    with transaction() as conn:
        issue = domain.find(conn, id)
        readers = fanout.count_readers(conn, library_types=issue.library_types, topics=issue.topics)
        progress = fanout.select_progress(conn, id)
    return json_response(ProgressSchema().dump({**asdict(progress), "state": issue.state, "readers": readers}))


def _move(action: str, id: UUID, move: Callable[[Connection, Issue], Issue]) -> Response:
    with transaction() as conn:
        moved = move(conn, domain.find(conn, id))
        record_staff_action(conn, action, moved.slug, {"state": moved.state, "send_at": moved.send_at})
    return _show(moved)


def _show(issue: Issue, *, status: int = 200) -> Response:
    response = json_response(IssueSchema().dump(issue))
    if response.status_code == 200:
        response.status_code = status
    return response
