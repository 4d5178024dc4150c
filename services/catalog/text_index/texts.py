"""The indexed text of a public entry: what people read in its document, without markup."""

import html
from collections.abc import Iterator
from typing import Any

import nh3
from psycopg import Connection

from services.catalog.text_index import queries

INDEXED_KINDS = ("session", "series", "announcement")
Document = dict[str, Any]


def index_text(conn: Connection, number: int, kind: str, document: Document) -> None:
    """Index the current text of an entry."""
    if kind in INDEXED_KINDS:
        markup = document["body_html" if kind == "announcement" else "description_html"]
        body = [_plain(markup), *_details(document)]
        summary = " ".join(filter(None, [document["summary"], document.get("who_should_attend")]))
        queries.upsert_text(conn, number, title=document["title"], summary=summary, body=" · ".join(filter(None, body)))


def remove_text(conn: Connection, number: int) -> None:
    """Remove an entry from the index."""
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
