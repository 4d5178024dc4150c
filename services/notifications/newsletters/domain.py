"""The life of an issue: draft, scheduled, sending; paused, resumed, cancelled. It is sent once nothing of it waits.

When an issue begins, what it says is fixed, and so is who was a reader then; `fanout` makes its mails due.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection
from uuid_utils.compat import uuid7

from services.notifications.messages import kinds
from services.notifications.messages import queries as messages
from services.notifications.news import queries as news
from services.notifications.newsletters import blocks, issue_contents, queries
from services.notifications.newsletters.queries import Issue
from services.notifications.rendering.issue_mails import IssueMail
from services.notifications.rendering.links import Links
from shared import runtime
from shared.database import constraint_name
from shared.date_labels import label_long_date
from shared.errors import Conflict, Invalid, NotFound
from shared.slugs import make_slug

log = structlog.get_logger()

LONGEST_SLUG = 80
# A digest is due when a working week begins in America: Mondays at 13:00 UTC. It tells of five weeks at most.
DIGEST_WEEKDAY, DIGEST_HOUR = 0, 13
LONGEST_DIGEST = timedelta(weeks=5)


def create(conn: Connection, wanted: Mapping[str, Any]) -> Issue:
    """A draft. Raises Invalid for a block that there is not, Conflict where another issue has its slug."""
    check_blocks(wanted["body"])
    slug = wanted["slug"] or make_slug(wanted["subject"], longest=LONGEST_SLUG) or "issue"
    id = queries.insert(conn, **{**wanted, "slug": slug})
    if id is None:
        raise _taken()
    return find(conn, id)


def create_from_announcement(conn: Connection, slug: str) -> tuple[Issue, bool]:
    """The issue that says what an announcement says, to those whom it is for; whether it is new. Raises NotFound."""
    told = queries.select_announcement(conn, slug)
    if told is None:
        raise NotFound("There is no such announcement.")
    if known := queries.select_of_announcement(conn, told.id):
        return known, False
    draft = {
        "subject": told.title,
        "preheader": told.summary,
        "body": f"{told.body}\n\n[Read more]({told.page_url})\n",
        "library_types": told.terms.get("library_type", []),
        "topics": told.terms.get("topic", []),
        "archived": True,
        "announcement_id": told.id,
    }
    for free in (slug, f"{slug}-{uuid7().hex[-6:]}"):
        if id := queries.insert(conn, slug=free, **draft):
            return find(conn, id), True
    raise Conflict("Somebody else makes an issue of it just now.")


def find(conn: Connection, id: UUID) -> Issue:
    """An issue, which nobody else changes until the transaction ends. Raises NotFound."""
    found = queries.lock(conn, id)
    if found is None:
        raise NotFound("There is no such issue.")
    return found


def change(conn: Connection, issue: Issue, changes: Mapping[str, Any]) -> Issue:
    """Change an issue that has not begun. Raises Conflict, Invalid."""
    _require(issue, "draft", "scheduled")
    check_blocks(changes.get("body", ""))
    try:
        with conn.transaction():
            queries.update(conn, replace(issue, **changes))
    except psycopg.errors.UniqueViolation as error:
        if constraint_name(error) == "newsletters_slug_key":
            raise _taken() from None
        raise
    return find(conn, issue.id)


def delete(conn: Connection, issue: Issue) -> None:
    """Delete a draft. Raises Conflict."""
    _require(issue, "draft")
    queries.delete(conn, issue.id)


def schedule(conn: Connection, issue: Issue, send_at: datetime | None) -> Issue:
    """Send it at a moment, or now. Raises Conflict, and Invalid for an issue that says nothing."""
    _require(issue, "draft", "scheduled")
    if not issue.body.strip():
        raise Invalid({"body": ["An issue must say something."]})
    queries.update_schedule(conn, issue.id, state="scheduled", send_at=send_at)
    return find(conn, issue.id)


def pause(conn: Connection, issue: Issue) -> Issue:
    """Send no more of it for now; mails that a sender has already may still go. Raises Conflict."""
    _require(issue, "sending")
    queries.update_state(conn, issue.id, "paused")
    return find(conn, issue.id)


def resume(conn: Connection, issue: Issue) -> Issue:
    """Go on where it was paused. Raises Conflict."""
    _require(issue, "paused")
    queries.update_state(conn, issue.id, "sending")
    return find(conn, issue.id)


def cancel(conn: Connection, issue: Issue) -> Issue:
    """Send no more of it, ever; one that has not begun is a draft again. Raises Conflict."""
    _require(issue, "scheduled", "sending", "paused")
    if issue.state == "scheduled":
        queries.update_schedule(conn, issue.id, state="draft", send_at=None)
    else:
        queries.update_state(conn, issue.id, "cancelled")
    return find(conn, issue.id)


def send_test(conn: Connection, issue: Issue, email: str) -> None:
    """Mail it, as it says now, to one address."""
    messages.insert_notice(conn, kinds.NEWSLETTER_TEST, subject=issue.id, cause=uuid7(), recipient=email)


def preview(conn: Connection, issue: Issue) -> IssueMail:
    """What it would say now. Raises Invalid."""
    return _compose(conn, issue)[0]


def begin_due(conn: Connection) -> bool:
    """Begin with an issue whose time has come; False where there is none. One that cannot be written is a draft
    again.
    """
    id = queries.lock_due(conn)
    if id is None:
        return False
    try:
        letter, content = _compose(conn, find(conn, id))
    except psycopg.Error:
        raise
    except Exception as error:  # a mistake of ours; it must not end the worker again and again
        log.error("issue not begun", issue_id=str(id), error=type(error).__name__)
        queries.update_schedule(conn, id, state="draft", send_at=None)
    else:
        queries.begin(conn, id, content=content, html=letter.texts.html, plain=letter.texts.text)
    return True


def begin_digest(conn: Connection) -> bool:
    """Begin with the week's digest, where its time has come and there is anything new; whether it did."""
    since, until = queries.select_digest_span(conn, weekday=DIGEST_WEEKDAY, hour=DIGEST_HOUR)
    if since >= until or not news.select_new(conn, since=since, until=until):
        return False
    return bool(
        queries.insert_digest(
            conn,
            slug=f"digest-{until:%Y-%m-%d}",
            subject=f"New this week, {label_long_date(until.astimezone(UTC))}",
            since=max(since, until - LONGEST_DIGEST),
            until=until,
        )
    )


def check_blocks(body: str) -> None:
    """Raises Invalid for a block that cannot be understood."""
    try:
        blocks.split(body)
    except blocks.InvalidBlock as wrong:
        raise Invalid({"body": [str(wrong)]}) from None


def _compose(conn: Connection, issue: Issue) -> tuple[IssueMail, str]:
    """The mail, and what it says as a part of a page."""
    content = issue_contents.fill(conn, issue.body)
    letter = issue_contents.lay_out(
        issue.id,
        content,
        subject=issue.subject,
        preheader=issue.preheader,
        archive_url=Links(runtime.settings()).archived(issue.slug) if issue.archived else None,
    )
    return letter, content.html


def _require(issue: Issue, *states: str) -> None:
    if issue.state not in states:
        raise Conflict(f"This issue is {issue.state}.", problem="wrong-state", state=issue.state)


def _taken() -> Conflict:
    return Conflict("Another issue has this slug.", problem="slug-taken")
