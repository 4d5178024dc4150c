"""`POST`, `PUT` and `DELETE` on the collections: writes of single entries."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from psycopg import Connection

from services.catalog.announcements.schemas import AnnouncementSchema
from services.catalog.editing import domain, queries, schemas
from services.catalog.entries import domain as entries
from services.catalog.entries import urls, visibility
from services.catalog.entries.queries import Entry
from services.catalog.initiatives import schemas as initiatives
from services.catalog.kinds.outcome_responses import record_and_answer
from services.catalog.organizations import schemas as organizations
from services.catalog.program_documents import single_parts
from services.catalog.publication import domain as publication_domain
from services.catalog.publication import schemas as publication_schemas
from services.catalog.publishing.audit import record_outcome
from services.catalog.publishing.queries import lock_catalog
from services.catalog.series import schemas as series
from services.catalog.sessions.schemas import SessionSchema
from shared.http import Blueprint, conditional
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.runtime import connection, transaction

staff = Blueprint("editing", __name__, url_prefix="/catalog/v1", description="What staff do to one thing at a time")


@staff.get("/entries")
@staff.staff(visibility.SCOPE)
@staff.arguments(schemas.EntriesQuery, location="query")
@staff.response(200, schemas.EntryStateListSchema)
def list_entries(query: dict[str, Any]) -> Response:
    """List all entries by kind and slug, including drafts and withdrawn ones."""
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


View = Callable[..., Any]


def _add_routes(kind: str, *, creation: type[ma.Schema], replacement: type[ma.Schema], shown: type[ma.Schema]) -> None:
    """Add the routes by which entries of a kind are edited: the same for every kind."""
    path = f"/{urls.COLLECTIONS[kind]}"
    create, replace_entry, withdraw = _make_write_views(kind)
    publish, keep_draft = _make_publication_views(kind)
    parts = staff.arguments(publication_schemas.WithdrawalQuery, location="query", as_kwargs=True)
    publication = staff.arguments(publication_schemas.PublicationSchema)
    routes = [
        ("POST", path, create, [idempotent, staff.arguments(creation), staff.response(201, shown)]),
        ("PUT", f"{path}/<slug>", replace_entry, [staff.arguments(replacement), staff.response(200, shown)]),
        ("DELETE", f"{path}/<slug>", withdraw, [*([parts] if kind == "initiative" else []), staff.response(204)]),
        ("POST", f"{path}/<slug>/publish", publish, [idempotent, publication, staff.response(200, shown)]),
        ("DELETE", f"{path}/<slug>/publish", keep_draft, [staff.response(204)]),
    ]
    for method, rule, view, decorators in routes:
        view.__name__ = f"{view.__name__}_{kind}"
        for decorate in reversed([staff.staff(visibility.SCOPE), *decorators]):
            view = decorate(view)
        staff.route(rule, methods=[method])(view)


def _make_write_views(kind: str) -> tuple[View, View, View]:
    def create(part: Any) -> Response:
        with transaction() as conn:
            outcome = domain.create(conn, kind, part)
            response = record_and_answer(conn, f"{kind}.create", outcome)
        response.status_code = 201
        response.headers["Location"] = urls.api_path(kind, outcome.slug)
        return response

    def replace_thing(part: Any, slug: str) -> Response:
        with transaction() as conn:
            entry = _find_version(conn, kind, slug)
            named = replace(part, slug=part.slug or slug)
            return record_and_answer(conn, f"{kind}.replace", domain.replace(conn, entry, named))

    def withdraw(slug: str, *, with_parts: bool = False) -> None:
        with transaction() as conn:
            entry = _find_version(conn, kind, slug)
            record_outcome(conn, f"{kind}.withdraw", publication_domain.withdraw(conn, entry, with_parts=with_parts))

    a = _article(kind)
    create.__doc__ = f"Create {a} {kind} from its part of a program document, as a draft."
    replace_thing.__doc__ = f"Replace {a} {kind} by this part of a program document; another slug renames it."
    withdraw.__doc__ = f"Withdraw {a} {kind}: it answers 410 and leaves a tombstone. A draft is discarded."
    return create, replace_thing, withdraw


def _make_publication_views(kind: str) -> tuple[View, View]:
    def publish(when: dict[str, Any], slug: str) -> Response:
        with transaction() as conn:
            lock_catalog(conn)
            entry = entries.find_entry(conn, kind, slug)
            return record_and_answer(conn, f"{kind}.publish", publication_domain.publish(conn, entry, **when))

    def keep_draft(slug: str) -> None:
        with transaction() as conn:
            lock_catalog(conn)
            entry = entries.find_entry(conn, kind, slug)
            record_outcome(conn, f"{kind}.keep-draft", publication_domain.keep_draft(conn, entry))

    a = _article(kind)
    publish.__doc__ = f"Publish {a} {kind}, now or at a later time."
    keep_draft.__doc__ = f"Keep {a} {kind} a draft: cancel its scheduled publication."
    return publish, keep_draft


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeio" else "a"


def _find_version(conn: Connection, kind: str, slug: str) -> Entry:
    """Lock the catalog and return the entry if it is the version that the request has read. Raises NotFound, and what
    `require_version` raises.
    """
    lock_catalog(conn)
    entry = entries.find_entry(conn, kind, slug)
    conditional.require_version(entry.changed_in)
    return entry


_add_routes(
    "organization",
    creation=organizations.OrganizationPartSchema,
    replacement=single_parts.OrganizationReplacementSchema,
    shown=organizations.OrganizationSchema,
)


_add_routes(
    "initiative",
    creation=initiatives.InitiativePartSchema,
    replacement=single_parts.InitiativeReplacementSchema,
    shown=initiatives.InitiativeSchema,
)


_add_routes(
    "series",
    creation=single_parts.SeriesCreationSchema,
    replacement=single_parts.SeriesReplacementSchema,
    shown=series.SeriesSchema,
)


_add_routes(
    "session",
    creation=single_parts.SessionCreationSchema,
    replacement=single_parts.SessionReplacementSchema,
    shown=SessionSchema,
)


_add_routes(
    "announcement",
    creation=single_parts.AnnouncementCreationSchema,
    replacement=single_parts.AnnouncementReplacementSchema,
    shown=AnnouncementSchema,
)
