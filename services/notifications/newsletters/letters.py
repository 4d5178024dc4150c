"""The letters that mails are: issues as they said when they began, tests as they say now, digests of each reader's."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from services.notifications.fanout import queries
from services.notifications.fanout.queries import Sending
from services.notifications.messages.kinds import DIGEST, LETTERS, NEWSLETTER_TEST
from services.notifications.messages.queries import Facts
from services.notifications.news import queries as news
from services.notifications.newsletters import composing, domain
from services.notifications.rendering.letters import Letter
from services.notifications.rendering.templates import Texts

log = structlog.get_logger()


def read_letters(conn: Connection, mails: Iterable[Facts]) -> dict[UUID, Letter]:
    """By the ids of those mails that are letters, what each says; a digest without anything for its reader nothing."""
    letters = [mail for mail in mails if mail.kind in LETTERS]
    if not letters:
        return {}
    issues = {issue.id: issue for issue in queries.select_sending(conn, [mail.event_id for mail in letters])}
    digest = _digests(conn)
    found = {mail.id: _read(conn, mail, issues, digest) for mail in letters}
    return {id: letter for id, letter in found.items() if letter}


def _read(
    conn: Connection,
    mail: Facts,
    issues: dict[UUID, Sending],
    digest: Callable[[Sending, tuple[str, ...], tuple[str, ...]], Letter | None],
) -> Letter | None:
    if mail.kind == NEWSLETTER_TEST.name:
        return _test(conn, mail.subject)
    issue = issues[mail.event_id]
    if mail.kind == DIGEST.name:
        return digest(issue, tuple(mail.context["library_types"]), tuple(mail.context["topics"]))
    assert issue.plain is not None
    assert issue.html is not None
    return Letter(issue.id, Texts(issue.subject, issue.plain, issue.html))


def _test(conn: Connection, issue: UUID) -> Letter | None:
    """A test of an issue; None where it cannot be written, which must not keep the other mails."""
    try:
        letter = domain.preview(conn, domain.find(conn, issue))
    except psycopg.Error:
        raise
    except Exception as error:
        log.error("issue not written", issue_id=str(issue), error=type(error).__name__)
        return None
    return replace(letter, texts=replace(letter.texts, subject=f"[Test] {letter.texts.subject}"))


def _digests(conn: Connection) -> Callable[[Sending, tuple[str, ...], tuple[str, ...]], Letter | None]:
    """Digests, each made once for all readers who want to hear of the same."""

    @cache
    def read_news(issue: Sending) -> Sequence[news.Item]:
        assert issue.news_since
        return news.select_new(conn, since=issue.news_since, until=issue.begun_at)

    @cache
    def write(issue: Sending, library_types: tuple[str, ...], topics: tuple[str, ...]) -> Letter | None:
        items = [item for item in read_news(issue) if item.is_for(library_types=library_types, topics=topics)]
        if not items:
            return None
        preheader = ", ".join(item.title for item in items[:3])
        return composing.lay_out(issue.id, composing.tell(items), subject=issue.subject, preheader=preheader)

    return write
