"""Responses that show one entry or list entries of one kind."""

from collections.abc import Callable
from typing import Any

from flask import Response
from psycopg import Connection

from services.catalog.entries import queries
from services.catalog.entries.queries import Document, Entry
from services.catalog.entries.representations import present_plain, with_links
from services.catalog.entries.responses import answer
from services.catalog.entries.visibility import find_visible
from shared.http.pagination import decode_cursor, encode_cursor, page

Present = Callable[[Connection, Entry], Document]


def list_entries(conn: Connection, kind: str, query: dict[str, Any]) -> Response:
    """Return one page of the public entries of a kind, by slug."""
    (after,) = decode_cursor(query["cursor"], str) or (None,)
    found = queries.select_documents(conn, kind, after=after, limit=query["limit"] + 1)
    shown = found[: query["limit"]]
    items = [with_links(kind, row["document"], row["slug"]) for row in shown]
    body, headers = page(items, encode_cursor(shown[-1]["slug"]) if len(found) > len(shown) else None)
    return answer(body, headers=headers)


def show_entry(conn: Connection, kind: str, slug: str, present: Present = present_plain) -> Response:
    """Return the entry with this slug. Raises what `find_visible` raises."""
    entry = find_visible(conn, kind, slug)
    return answer(present(conn, entry), version=entry.changed_in)
