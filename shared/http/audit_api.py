"""The audit log of a service: what the one who asks did, and the log for those who may write."""

from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from marshmallow.validate import Length
from psycopg import Connection

from shared import audit
from shared.http import auth
from shared.http.blueprint import Blueprint
from shared.http.pagination import PageQuery, decode_cursor, encode_cursor, page
from shared.runtime import connection


class AuditQuery(PageQuery):
    actor = ma.fields.String(load_default=None, validate=Length(max=200))
    action = ma.fields.String(load_default=None, validate=Length(max=200), metadata={"example": "session.cancel"})
    subject = ma.fields.String(load_default=None, validate=Length(max=200))


class AuditSchema(ma.Schema):
    id = ma.fields.Integer()
    at = ma.fields.AwareDateTime()
    actor = ma.fields.String()
    action = ma.fields.String(metadata={"example": "session.cancel"})
    subject = ma.fields.String()
    request_id = ma.fields.String(allow_none=True)
    changes = ma.fields.Dict(metadata={"description": "`{member: [before, after]}` where that is known"})


class AuditListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(AuditSchema))
    next = ma.fields.String(allow_none=True)


def record_staff_action(conn: Connection, action: str, subject: object, changes: dict[str, Any] | None = None) -> None:
    """Write down what the one who asks did to which subject, in the transaction that does it; `changes` as in
    `shared.audit.record`.
    """
    audit.record(conn, actor=auth.actor(), action=action, subject=str(subject), changes=changes or {})


def blueprint(service: str) -> Blueprint:
    """`/<service>/v1/audit`."""
    log = Blueprint("audit", __name__, url_prefix=f"/{service}/v1/audit", description="What staff did")

    @log.get("")
    @log.staff(f"{service}:write")
    @log.arguments(AuditQuery, location="query")
    @log.response(200, AuditListSchema)
    def list_audit(query: dict[str, Any]) -> Response:
        """List audited actions with actor, time and changes, newest first."""
        limit = query.pop("limit")
        (before,) = decode_cursor(query.pop("cursor"), int) or (None,)
        with connection() as conn:
            found = audit.select(conn, **query, before=before, limit=limit + 1)
        more = encode_cursor(found[limit - 1]["id"]) if len(found) > limit else None
        body, headers = page(AuditSchema(many=True).dump(found[:limit]), more)
        response = jsonify(body)
        response.headers.update(headers)
        return response

    return log
