"""The letters that emails carry: issues as they were when sending began, tests as they are now, readers' digests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from services.notifications.fanout import queries
from services.notifications.fanout.queries import StartedIssue
from services.notifications.messages.kinds import DIGEST, ISSUE_KINDS, NEWSLETTER_TEST
from services.notifications.messages.mail_context_queries import MailContext
from services.notifications.news import queries as news
from services.notifications.newsletters import domain, issue_contents
from services.notifications.rendering.issue_mails import IssueMail
from services.notifications.rendering.templates import Texts

log = structlog.get_logger()


def read_issue_mails(conn: Connection, mails: Iterable[MailContext]) -> dict[UUID, IssueMail]:
    """By the ids of those mails that are letters, what each says; a digest without anything for its reader nothing."""
    letters = [mail for mail in mails if mail.kind in ISSUE_KINDS]
    if not letters:
        return {}
    issues = {issue.id: issue for issue in queries.select_started(conn, [mail.event_id for mail in letters])}
    digest = _digests(conn)
    found = {mail.id: _read(conn, mail, issues, digest) for mail in letters}
    return {id: letter for id, letter in found.items() if letter}


def _read(
    conn: Connection,
    mail: MailContext,
    issues: dict[UUID, StartedIssue],
    digest: Callable[[StartedIssue, tuple[str, ...], tuple[str, ...]], IssueMail | None],
) -> IssueMail | None:
    if mail.kind == NEWSLETTER_TEST.name:
        return _test(conn, mail.subject)
    issue = issues[mail.event_id]
    if mail.kind == DIGEST.name:
        return digest(issue, tuple(mail.context["library_types"]), tuple(mail.context["topics"]))
    assert issue.plain is not None
    assert issue.html is not None
    return IssueMail(issue.id, Texts(issue.subject, issue.plain, issue.html))


def _test(conn: Connection, issue: UUID) -> IssueMail | None:
    """A test of an issue; None where it cannot be written, which must not keep the other mails."""
    try:
        letter = domain.preview(conn, domain.find(conn, issue))
    except psycopg.Error:
        raise
    except Exception as error:
        log.error("issue not written", issue_id=str(issue), error=type(error).__name__)
        return None
    return replace(letter, texts=replace(letter.texts, subject=f"[Test] {letter.texts.subject}"))


def _digests(conn: Connection) -> Callable[[StartedIssue, tuple[str, ...], tuple[str, ...]], IssueMail | None]:
    """Digests, each made once for all readers who want to hear of the same."""

    @cache
    def read_news(issue: StartedIssue) -> Sequence[news.NewsItem]:
        assert issue.news_since
        return news.select_new(conn, since=issue.news_since, until=issue.begun_at)

    @cache
    def write(issue: StartedIssue, library_types: tuple[str, ...], topics: tuple[str, ...]) -> IssueMail | None:
        items = [item for item in read_news(issue) if item.is_for(library_types=library_types, topics=topics)]
        if not items:
            return None
        preheader = ", ".join(item.title for item in items[:3])
        return issue_contents.lay_out(
            issue.id, issue_contents.render_digest(items), subject=issue.subject, preheader=preheader
        )

    return write
