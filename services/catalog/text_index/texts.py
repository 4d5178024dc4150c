"""The text in which a public thing is found: of its document what people read, without markup."""

import html
from collections.abc import Iterator
from typing import Any

import nh3
from psycopg import Connection

from services.catalog.text_index import queries

INDEXED_KINDS = ("session", "series", "announcement")
Document = dict[str, Any]


def index_text(conn: Connection, number: int, kind: str, document: Document) -> None:
    """Let it be found by what it says now."""
    if kind in INDEXED_KINDS:
        markup = document["body_html" if kind == "announcement" else "description_html"]
        body = [_plain(markup), *_details(document)]
        summary = " ".join(filter(None, [document["summary"], document.get("who_should_attend")]))
        queries.upsert_text(conn, number, title=document["title"], summary=summary, body=" · ".join(filter(None, body)))


def remove_text(conn: Connection, number: int) -> None:
    """Let it be found no more."""
    queries.delete_text(conn, number)


def _plain(markup: str) -> str:
    return html.unescape(nh3.clean(markup.replace("<", " <"), tags=set()))


def _details(document: Document) -> Iterator[str]:
    for named in document.get("organizations", []):
        yield named["name"]
    for presenter in document.get("presenters", []):
        yield presenter["name"]
    yield from document.get("learning_outcomes", [])
    for terms in document.get("terms", {}).values():
        yield from (term.replace("-", " ") for term in terms)
