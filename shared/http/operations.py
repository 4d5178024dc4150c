"""API for operators of every service: lengths of queues, and the quarantine. The command line offers the same."""

from uuid import UUID

import marshmallow as ma
from flask import Response, jsonify

from shared.errors import Invalid
from shared.http.audit_api import record_staff_action
from shared.http.blueprint import Blueprint
from shared.http.pagination import PageQuery, page
from shared.messaging import inbox, outbox, quarantine
from shared.runtime import connection, transaction


class DepthSchema(ma.Schema):
    depth = ma.fields.Integer(metadata={"description": "How many events wait"})
    oldest_seconds = ma.fields.Float(metadata={"description": "Age of the oldest of them"})


class QueuesSchema(ma.Schema):
    outbox = ma.fields.Nested(DepthSchema)
    inbox = ma.fields.Nested(DepthSchema)
    quarantined = ma.fields.Integer(metadata={"description": "How many events and messages wait for an operator"})


class SetAsideSchema(ma.Schema):
    id = ma.fields.UUID()
    kind = ma.fields.String(metadata={"description": "`event`: its handling failed; `message`: it is no event"})
    type = ma.fields.String()
    source = ma.fields.String(allow_none=True)
    subject = ma.fields.String(allow_none=True)
    attempts = ma.fields.Integer()
    reason = ma.fields.String(allow_none=True)
    received_at = ma.fields.AwareDateTime()


class SetAsideListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SetAsideSchema))
    next = ma.fields.String(allow_none=True)


def blueprint(service: str) -> Blueprint:
    """`/<service>/v1/operations/…`."""
    operations = Blueprint("operations", __name__, url_prefix=f"/{service}/v1/operations", description="For operators")
    _add_lists(operations)
    _add_decisions(operations)
    return operations


def _add_lists(operations: Blueprint) -> None:
    @operations.get("/queues")
    @operations.staff("operations")
    @operations.response(200, QueuesSchema)
    def show_queues() -> dict[str, object]:
        """Show how many events wait in outbox, inbox and quarantine, and for how long."""
        with connection() as conn:
            return {
                "outbox": outbox.depth(conn),
                "inbox": inbox.depth(conn),
                "quarantined": quarantine.count(conn),
            }

    @operations.get("/quarantine")
    @operations.staff("operations")
    @operations.arguments(PageQuery, location="query")
    @operations.response(200, SetAsideListSchema)
    def list_quarantine(query: dict[str, object]) -> Response:
        """List quarantined events and messages, newest first."""
        limit = int(str(query["limit"]))
        before = _cursor(query["cursor"])
        with connection() as conn:
            found = quarantine.select_all(conn, limit=limit + 1, before=before)
        more = found[limit - 1]["id"] if len(found) > limit else None
        body, headers = page(SetAsideSchema(many=True).dump(found[:limit]), str(more) if more else None)
        response = jsonify(body)
        response.headers.update(headers)
        return response


def _add_decisions(operations: Blueprint) -> None:
    @operations.post("/quarantine/<uuid:id>/replay")
    @operations.staff("operations")
    @operations.response(204)
    def replay(id: UUID) -> None:
        """Process it again."""
        with transaction() as conn:
            quarantine.replay(conn, id)
            record_staff_action(conn, "quarantine.replay", id)

    @operations.delete("/quarantine/<uuid:id>")
    @operations.staff("operations")
    @operations.response(204)
    def discard(id: UUID) -> None:
        """Decide that it is not wanted."""
        with transaction() as conn:
            quarantine.discard(conn, id)
            record_staff_action(conn, "quarantine.discard", id)


def _cursor(cursor: object) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(str(cursor))
    except ValueError:
        raise Invalid({"cursor": ["Not a cursor of this list."]}) from None
