"""Pages of staff that every service has: what waits where, what was set aside, and what staff did."""

from collections.abc import Callable
from uuid import UUID

from flask import Response
from psycopg import Connection

from shared import audit
from shared.http.audit_api import AuditQuery, record_staff_action
from shared.http.pages import Pages, parse_query, respond
from shared.http.pagination import PageQuery, decode_cursor, encode_cursor
from shared.http.responses import see_other
from shared.messaging import inbox, outbox, quarantine
from shared.runtime import connection, transaction


def blueprint(service: str) -> Pages:
    """`/<service>/staff/queues` and `…/audit`."""
    pages = Pages("backstage", url_prefix=f"/{service}/staff")
    _add_queues(pages, service)
    _add_audit(pages, service)
    return pages


def _add_queues(pages: Pages, service: str) -> None:
    @pages.get("/queues")
    @pages.staff("operations")
    def show_queues() -> Response:
        """Show the lengths of the queues, and the quarantine, newest first."""
        query = parse_query(PageQuery())
        limit, (before,) = query["limit"], decode_cursor(query["cursor"], UUID) or (None,)
        with connection() as conn:
            depths = {"Outbox": outbox.depth(conn), "Inbox": inbox.depth(conn)}
            aside = quarantine.count(conn)
            found = quarantine.select_all(conn, limit=limit + 1, before=before)
        more = encode_cursor(str(found[limit - 1]["id"])) if len(found) > limit else None
        return respond("queues.html", depths=depths, aside=aside, found=found[:limit], more=more)

    @pages.form("/queues/<uuid:id>/replay")
    @pages.staff("operations")
    def replay(id: UUID) -> Response:
        """Process it again."""
        return _settle("quarantine.replay", id, quarantine.replay)

    @pages.form("/queues/<uuid:id>/discard")
    @pages.staff("operations")
    def discard(id: UUID) -> Response:
        """Decide that it is not wanted."""
        return _settle("quarantine.discard", id, quarantine.discard)

    def _settle(action: str, id: UUID, effect: Callable[[Connection, UUID], None]) -> Response:
        with transaction() as conn:
            effect(conn, id)
            record_staff_action(conn, action, id)
        return see_other(f"/{service}/staff/queues")


def _add_audit(pages: Pages, service: str) -> None:
    @pages.get("/audit")
    @pages.staff(f"{service}:write")
    def show_audit() -> Response:
        """Show audited actions with actor, time and changes, newest first."""
        query = parse_query(AuditQuery())
        limit, (before,) = query.pop("limit"), decode_cursor(query.pop("cursor"), int) or (None,)
        query = {name: value or None for name, value in query.items()}
        with connection() as conn:
            found = audit.select(conn, **query, before=before, limit=limit + 1)
        more = encode_cursor(found[limit - 1]["id"]) if len(found) > limit else None
        return respond("audit.html", found=found[:limit], query=query, more=more)
