"""`/catalog/v1/announcements`: public reads."""

from typing import Any

from flask import Response

from services.catalog.announcements import queries
from services.catalog.announcements.representations import present_announcement, present_entry
from services.catalog.announcements.schemas import AnnouncementListSchema, AnnouncementSchema
from services.catalog.entries import entry_responses
from services.catalog.entries.responses import answer
from services.catalog.entries.time_cursors import decode_moment, encode_moment
from shared.http import Blueprint
from shared.http.pagination import PageQuery, page
from shared.runtime import connection

public = Blueprint(
    "announcements", __name__, url_prefix="/catalog/v1/announcements", public=True, description="What was announced"
)


@public.get("")
@public.arguments(PageQuery, location="query")
@public.response(200, AnnouncementListSchema)
def list_announcements(query: dict[str, Any]) -> Response:
    """List announcements, newest first."""
    with connection() as conn:
        found = queries.select_newest(conn, after=decode_moment(query["cursor"]), limit=query["limit"] + 1)
    shown = found[: query["limit"]]
    more = encode_moment(shown[-1]["announced_at"], shown[-1]["id"]) if len(found) > len(shown) else None
    body, headers = page([present_announcement(row["document"]) for row in shown], more)
    return answer(body, headers=headers)


@public.get("/<slug>")
@public.response(200, AnnouncementSchema)
def show_announcement(slug: str) -> Response:
    """Show an announcement."""
    with connection() as conn:
        return entry_responses.show_entry(conn, "announcement", slug, present_entry)
