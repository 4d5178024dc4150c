"""Previews: an entry's public page, rendered in a transaction that is rolled back."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import current_app
from psycopg import Connection

from services.catalog.discovery.queries import select_catalog_version
from services.catalog.entries import urls
from services.catalog.publishing.domain import Outcome
from shared import runtime
from shared.cache_version import CacheVersion, CacheVersionMonitor

# A preview is a picture of the page: it runs no scripts.
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)


class FixedVersion(CacheVersionMonitor):
    """A monitor whose cache version never changes."""

    def __init__(self, stamp: CacheVersion) -> None:
        super().__init__(lambda: stamp, seconds=0)


def try_out(write: Callable[[Connection], Outcome]) -> tuple[str, Outcome]:
    """Return the public page that `write` would lead to, and what it would change. Raises what `write` raises."""
    with runtime.rolled_back_transaction() as conn:
        outcome = write(conn)
        return render(conn, outcome.kind, outcome.slug), outcome


def render(conn: Connection, kind: str, slug: str) -> str:
    """Return an entry's public page as this transaction sees it, drafts included. Nothing read for it is cached."""
    memory: dict[Any, Any] = {CacheVersionMonitor: FixedVersion(select_catalog_version(conn))}
    routes = current_app.url_map.bind("localhost")
    endpoint, values = routes.match(urls.page_path(kind, slug), method="GET")
    with runtime.use(replace(runtime.current(), memory=memory)):
        response = current_app.make_response(current_app.view_functions[endpoint](**values))  # pyright: ignore[reportArgumentType]
    return SCRIPT.sub("", response.get_data(as_text=True))
