"""The members of sessions in a response: a selection, or with series and organizations embedded."""

from collections.abc import Iterable
from typing import Any

import orjson

from services.catalog.entries import urls
from services.catalog.entries.queries import Document, select_documents_of
from shared.runtime import connection


def choose(sessions: list[bytes], *, fields: list[str] | None, include: list[str] | None) -> list[bytes]:
    """Return sessions as JSON, with only these members, and with their series and organizations embedded."""
    if not fields and not include:
        return sessions
    documents: list[Document] = [orjson.loads(session) for session in sessions]
    if "series" in (include or ()):
        _embed_series(documents)
    if "organizations" in (include or ()):
        _embed_organizations(documents)
    return [orjson.dumps({name: one[name] for name in fields} if fields else one) for one in documents]


def _embed_series(documents: list[Document]) -> None:
    known = _read("series", (one["series"]["slug"] for one in documents if one["series"]))
    for one in documents:
        if one["series"]:
            one["series"] = known.get(one["series"]["slug"], {}) | one["series"]


def _embed_organizations(documents: list[Document]) -> None:
    known = _read("organization", (named["slug"] for one in documents for named in one["organizations"]))
    for one in documents:
        one["organizations"] = [known.get(named["slug"], {}) | named for named in one["organizations"]]


def _read(kind: str, slugs: Iterable[str]) -> dict[str, dict[str, Any]]:
    with connection() as conn:
        found = select_documents_of(conn, kind, sorted(set(slugs)))
    return {slug: document | {"links": urls.links_of(kind, slug)} for slug, document in found.items()}
