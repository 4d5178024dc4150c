"""The response to a write of one entry: audited, and answered with the entry as it is now."""

from flask import Response
from psycopg import Connection

from services.catalog.entries.queries import select_entry
from services.catalog.entries.responses import answer
from services.catalog.kinds.domain import present_entry
from services.catalog.publishing.audit import record_outcome
from services.catalog.publishing.domain import Outcome


def record_and_answer(conn: Connection, action: str, outcome: Outcome) -> Response:
    """Write the audit record, then return the entry with its new ETag."""
    record_outcome(conn, action, outcome)
    entry = select_entry(conn, outcome.kind, outcome.slug)
    assert entry
    return answer(present_entry(conn, entry), version=entry.changed_in)
