"""The pages on which staff write the newsletter, look at it, send it and see how far it has got."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response
from psycopg import Connection

from services.notifications.fanout import queries as fanout
from services.notifications.news.queries import select_announced, select_topics
from services.notifications.newsletters import blocks, domain, issue_contents, queries
from services.notifications.newsletters.queries import Issue
from services.notifications.newsletters.schemas import (
    ChangesSchema,
    DraftSchema,
    IssueSchema,
    IssuesQuery,
    SendSchema,
    TestSchema,
    send_moment,
)
from shared.email_addresses import fold_email
from shared.errors import Conflict, DomainError, Invalid
from shared.http.audit_api import record_staff_action
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, parse_query, render, respond
from shared.http.pagination import decode_cursor, encode_cursor
from shared.http.responses import etag_for, see_other
from shared.runtime import connection, transaction

HOME = "/notifications/staff/newsletters"
pages = Pages("newsletter-editor", url_prefix=HOME)

READ, WRITE = "notifications:read", "notifications:write"
EDITABLE = ("draft", "scheduled")
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "UTC")
STALE = "Somebody else has changed this issue meanwhile. What you typed is still here: compare it with theirs below."


@pages.get("")
@pages.staff(READ)
def list_issues() -> Response:
    """All issues and digests, the newest first."""
    query = parse_query(IssuesQuery())
    limit, (before,) = query["limit"], decode_cursor(query["cursor"], int) or (None,)
    with connection() as conn:
        found = queries.select(conn, state=query["state"], before=before, limit=limit + 1)
        announced = select_announced(conn)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    return respond("staff/issues.html", issues=found[:limit], more=more, announced=announced)


@pages.get("/new")
@pages.staff(WRITE)
def show_new() -> Response:
    """An empty issue."""
    return _edit(Form.of({"archived": True}))


@pages.form("/new")
@pages.staff(WRITE)
def create() -> Response:
    """Keep it as a draft."""
    wanted, form = parse_form(DraftSchema())
    if form:
        try:
            with transaction() as conn:
                made = domain.create(conn, wanted)
                record_staff_action(conn, "newsletter.create", made.slug)
            return see_other(f"{HOME}/{made.id}")
        except (Invalid, Conflict) as error:
            _refuse(form, error)
    return _edit(form, status=422)


@pages.form("/announcements")
@pages.staff(WRITE)
def create_from_announcement() -> Response:
    """Make an issue of an announcement; where there is one, lead to it."""
    with transaction() as conn:
        made, new = domain.create_from_announcement(conn, Form.sent().text("slug"))
        if new:
            record_staff_action(conn, "newsletter.create", made.slug)
    return see_other(f"{HOME}/{made.id}")


@pages.form("/preview")
@pages.staff(READ)
def preview() -> Response:
    """What a text says now, as a part of a page; what is wrong with it instead, where that is so."""
    form = Form.sent()
    with connection() as conn:
        return respond("staff/issue-preview.html", **_say(conn, form.text("body").replace("\r\n", "\n")))


@pages.get("/<uuid:id>")
@pages.staff(READ)
def show(id: UUID) -> Response:
    """An issue: to be written, or how far it has got."""
    with transaction() as conn:
        issue = domain.find(conn, id)
    return _edit(Form.of(asdict(issue)), issue) if issue.state in EDITABLE else _watch(issue)


@pages.form("/<uuid:id>")
@pages.staff(WRITE)
def save(id: UUID) -> Response:
    """Keep what was written, where nobody else has written meanwhile."""
    changes, form = parse_form(ChangesSchema())
    with transaction() as conn:
        issue = domain.find(conn, id)
        if not form:
            return _edit(form, issue, status=422)
        if form.text("version") != _version(issue) and any(getattr(issue, n) != v for n, v in changes.items()):
            return _edit(form, issue, status=412, theirs=issue.body)
        try:
            with conn.transaction():
                after = domain.change(conn, issue, {"preheader": "", **changes})
                record_staff_action(conn, "newsletter.change", after.slug, {"members": sorted(changes)})
        except (Invalid, Conflict) as error:
            _refuse(form, error)
            return _edit(form, issue, status=422)
    return see_other(f"{HOME}/{id}")


@pages.form("/<uuid:id>/test")
@pages.staff(WRITE)
def send_test(id: UUID) -> Response:
    """Mail it, as it was last kept, to one address."""
    wanted, form = parse_form(TestSchema())
    with transaction() as conn:
        issue = domain.find(conn, id)
        try:
            if not form:
                raise Invalid(form.errors)
            domain.send_test(conn, issue, email := fold_email(wanted["email"]))
            record_staff_action(conn, "newsletter.test", issue.slug)
        except Invalid as error:
            test = Form(form.values, error.errors)
            return _edit(Form.of(asdict(issue)), issue, status=422, test=test)
    return _edit(Form.of(asdict(issue)), issue, done=f"A test is on its way to {email}.")


@pages.get("/<uuid:id>/send")
@pages.staff(WRITE)
def show_send(id: UUID) -> Response:
    """The last look before it goes out: what it says, and to how many."""
    with transaction() as conn:
        return _confirm(conn, domain.find(conn, id), Form())


@pages.form("/<uuid:id>/send")
@pages.staff(WRITE)
def send(id: UUID) -> Response:
    """Send it now, or at a moment."""
    wanted, form = parse_form(SendSchema())
    with transaction() as conn:
        issue = domain.find(conn, id)
        try:
            if not form:
                return _confirm(conn, issue, form, status=422)
            with conn.transaction():
                moved = domain.schedule(conn, issue, send_moment(wanted))
                record_staff_action(
                    conn, "newsletter.schedule", moved.slug, {"state": moved.state, "send_at": moved.send_at}
                )
        except Invalid as error:
            return _confirm(conn, issue, form.add_errors(error.errors), status=422)
    return see_other(f"{HOME}/{id}")


@pages.form("/<uuid:id>/<any(pause, resume, cancel):action>")
@pages.staff(WRITE)
def move(id: UUID, action: str) -> Response:
    """Hold it, go on with it, or give it up."""
    moves: dict[str, Callable[[Connection, Issue], Issue]] = {
        "pause": domain.pause,
        "resume": domain.resume,
        "cancel": domain.cancel,
    }
    with transaction() as conn:
        moved = moves[action](conn, domain.find(conn, id))
        record_staff_action(conn, f"newsletter.{action}", moved.slug, {"state": moved.state})
    return see_other(f"{HOME}/{id}")


@pages.form("/<uuid:id>/delete")
@pages.staff(WRITE)
def delete(id: UUID) -> Response:
    """Delete a draft."""
    with transaction() as conn:
        issue = domain.find(conn, id)
        domain.delete(conn, issue)
        record_staff_action(conn, "newsletter.delete", issue.slug)
    return see_other(HOME)


def _edit(form: Form, issue: Issue | None = None, *, status: int = 200, **said: Any) -> Response:
    with connection() as conn:
        topics = select_topics(conn)
        shown = _say(conn, form.text("body"))
    return respond(
        "staff/issue-edit.html",
        status=status,
        form=form,
        issue=issue,
        version=form.text("version") or (_version(issue) if issue else ""),
        topics=topics,
        preview=render("staff/issue-preview.html", **shown),
        stale=STALE if "theirs" in said else "",
        **{"theirs": None, "test": Form(), "done": "", **said},
    )


def _watch(issue: Issue) -> Response:
    with transaction() as conn:
        progress = fanout.select_progress(conn, issue.id)
    return respond("staff/issue-progress.html", issue=issue, progress=progress, going=issue.state == "sending")


def _confirm(conn: Connection, issue: Issue, form: Form, *, status: int = 200) -> Response:
    readers = fanout.count_readers(conn, library_types=issue.library_types, topics=issue.topics)
    return respond(
        "staff/issue-send.html",
        status=status,
        issue=issue,
        readers=readers,
        form=form,
        zones=[(zone, zone.replace("_", " ")) for zone in ZONES],
        **_say(conn, issue.body),
    )


def _say(conn: Connection, body: str) -> dict[str, Any]:
    try:
        return {"content": issue_contents.fill(conn, body), "wrong": ""}
    except blocks.InvalidBlock as wrong:
        return {"content": None, "wrong": str(wrong)}


def _version(issue: Issue) -> str:
    return etag_for(IssueSchema().dump(issue))


def _refuse(form: Form, error: DomainError) -> None:
    form.add_errors(error.errors if isinstance(error, Invalid) else {"slug": [error.detail]})
