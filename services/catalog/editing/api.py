"""`POST`, `PUT` and `DELETE` on the collections: one thing at a time, and when it is public."""

from dataclasses import replace
from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from psycopg import Connection

from services.catalog import addresses, reading
from services.catalog.announcements.schemas import AnnouncementSchema
from services.catalog.answers import answer
from services.catalog.auditing import record
from services.catalog.editing import domain, queries, schemas
from services.catalog.programmes import schemas as programmes
from services.catalog.publishing.domain import Outcome
from services.catalog.publishing.queries import Entry, lock_catalog, select_entry
from services.catalog.sessions.schemas import SessionSchema
from shared.http import Blueprint, conditional
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.runtime import connection, transaction

staff = Blueprint("editing", __name__, url_prefix="/catalog/v1", description="What staff do to one thing at a time")


@staff.get("/entries")
@staff.staff(reading.SCOPE)
@staff.arguments(schemas.EntriesQuery, location="query")
@staff.response(200, schemas.EntryStateListSchema)
def list_entries(query: dict[str, Any]) -> Response:
    """Everything that there is, drafts and what was withdrawn included, by kind and slug."""
    limit, after = query["limit"], decode_cursor(query["cursor"], str, str)
    with connection() as conn:
        found = queries.select_states(
            conn, kind=query["kind"], state=query["state"], after=after and (after[0], after[1]), limit=limit + 1
        )
    shown = found[:limit]
    more = encode_cursor(shown[-1]["kind"], shown[-1]["slug"]) if len(found) > limit else None
    body, headers = page(schemas.EntryStateSchema(many=True).dump(shown), more)
    response = jsonify(body)
    response.headers.update(headers)
    return response


def _add_routes(kind: str, *, creation: type[ma.Schema], replacement: type[ma.Schema], shown: type[ma.Schema]) -> None:
    """The routes by which things of a kind are edited: the same for every kind."""
    path = f"/{addresses.COLLECTIONS[kind]}"

    def create(part: Any) -> Response:
        with transaction() as conn:
            outcome = domain.create(conn, kind, part)
            response = _record(conn, f"{kind}.create", outcome)
        response.status_code = 201
        response.headers["Location"] = addresses.api_path(kind, outcome.slug)
        return response

    def replace_thing(part: Any, slug: str) -> Response:
        with transaction() as conn:
            entry = _find_version(conn, kind, slug)
            return _record(conn, f"{kind}.replace", domain.replace(conn, entry, replace(part, slug=part.slug or slug)))

    def withdraw(slug: str, *, with_parts: bool = False) -> None:
        with transaction() as conn:
            entry = _find_version(conn, kind, slug)
            record(conn, f"{kind}.withdraw", domain.withdraw(conn, entry, with_parts=with_parts))

    def publish(when: dict[str, Any], slug: str) -> Response:
        with transaction() as conn:
            lock_catalog(conn)
            return _record(conn, f"{kind}.publish", domain.publish(conn, domain.find(conn, kind, slug), **when))

    def keep_draft(slug: str) -> None:
        with transaction() as conn:
            lock_catalog(conn)
            record(conn, f"{kind}.keep-draft", domain.keep_draft(conn, domain.find(conn, kind, slug)))

    a = "an" if kind[0] in "aeio" else "a"
    create.__doc__ = f"Make {a} {kind} of its part of a programme document: a draft until it is published."
    replace_thing.__doc__ = f"Make {a} {kind} what this part of a programme document says; another slug renames it."
    withdraw.__doc__ = f"Withdraw {a} {kind}: it answers 410 and leaves a tombstone. A draft is given up."
    publish.__doc__ = f"Make {a} {kind} public, now or at a moment to come."
    keep_draft.__doc__ = f"Leave {a} {kind} a draft: the moment at which it would become public is forgotten."
    parts = staff.arguments(schemas.WithdrawalQuery, location="query", as_kwargs=True)
    publication = staff.arguments(schemas.PublicationSchema)
    routes = [
        ("POST", path, create, [idempotent, staff.arguments(creation), staff.response(201, shown)]),
        ("PUT", f"{path}/<slug>", replace_thing, [staff.arguments(replacement), staff.response(200, shown)]),
        ("DELETE", f"{path}/<slug>", withdraw, [*([parts] if kind == "initiative" else []), staff.response(204)]),
        ("POST", f"{path}/<slug>/publish", publish, [idempotent, publication, staff.response(200, shown)]),
        ("DELETE", f"{path}/<slug>/publish", keep_draft, [staff.response(204)]),
    ]
    for method, rule, view, decorators in routes:
        view.__name__ = f"{view.__name__}_{kind}"
        for decorate in reversed([staff.staff(reading.SCOPE), *decorators]):
            view = decorate(view)
        staff.route(rule, methods=[method])(view)


def _find_version(conn: Connection, kind: str, slug: str) -> Entry:
    """The thing as the request has read it. Raises NotFound, and what `require_version` raises."""
    lock_catalog(conn)
    entry = domain.find(conn, kind, slug)
    conditional.require_version(entry.changed_in)
    return entry


def _record(conn: Connection, action: str, outcome: Outcome) -> Response:
    record(conn, action, outcome)
    entry = select_entry(conn, outcome.kind, outcome.slug)
    assert entry
    return answer(reading.present(conn, entry), version=entry.changed_in)


_add_routes(
    "organization",
    creation=programmes.OrganizationPartSchema,
    replacement=schemas.OrganizationReplacementSchema,
    shown=programmes.OrganizationSchema,
)
_add_routes(
    "initiative",
    creation=programmes.InitiativePartSchema,
    replacement=schemas.InitiativeReplacementSchema,
    shown=programmes.InitiativeSchema,
)
_add_routes(
    "series",
    creation=schemas.SeriesCreationSchema,
    replacement=schemas.SeriesReplacementSchema,
    shown=programmes.SeriesSchema,
)
_add_routes(
    "session",
    creation=schemas.SessionCreationSchema,
    replacement=schemas.SessionReplacementSchema,
    shown=SessionSchema,
)
_add_routes(
    "announcement",
    creation=schemas.AnnouncementCreationSchema,
    replacement=schemas.AnnouncementReplacementSchema,
    shown=AnnouncementSchema,
)
