"""`/catalog/`: upcoming sessions, recordings and announcements, or what a reader searches for."""

from datetime import datetime
from typing import Any

import orjson
from flask import Response, request
from werkzeug.datastructures import MultiDict

from services.catalog.discovery import listing, session_cursors
from services.catalog.home import facets
from services.catalog.home.schemas import LearningQuery
from services.catalog.public_layout import json_ld, page_rendering
from services.catalog.public_layout import queries as public_layout
from services.catalog.public_layout.page_rendering import PageHead
from services.catalog.search.results import find_results
from services.catalog.text_index.domain import MOST_SESSIONS
from shared import runtime
from shared.errors import Invalid
from shared.http.pages import Pages, parse_query
from shared.runtime import connection

# Page sizes: of a filtered list, and of the first list and the others on the page without filters.
PAGE, FIRST, FEW = 20, 8, 4
SORTS = {"coming": "starts", "past": "-starts"}
QUERY = LearningQuery()
pages = Pages("learning", url_prefix="/catalog")


@pages.get("/")
def show_learning() -> Response:
    """Show upcoming sessions, recordings and announcements, or what matches the URL's filters."""
    wanted, given = parse_query(QUERY), _given()
    try:
        found = _find(wanted, given)
    except Invalid as error:
        if "q" not in error.errors:
            raise
        return _show(wanted, given, {}, status=422, wrong=error.errors["q"][0])
    return _show(wanted, given, found)


def _given() -> MultiDict[str, str]:
    """Return the known, non-empty query parameters; {} if there is only a cursor."""
    given = MultiDict(pair for pair in request.args.items(multi=True) if pair[0] in QUERY.fields and pair[1])
    return given if set(given) - {"cursor"} else MultiDict()


def _find(wanted: dict[str, Any], given: MultiDict[str, str]) -> dict[str, Any]:
    """Return the template values for what was found."""
    if wanted.get("q"):
        return {"results": _search(wanted, given)}
    if given:
        return {"lists": _lists(wanted, given)}
    return {"lists": [_list("coming", {}, given, limit=FIRST, cursor=None)]} | _landing()


def _search(wanted: dict[str, Any], given: MultiDict[str, str]) -> dict[str, Any]:
    """Search everything, or only the sessions that match the other filters; best matches first."""
    narrowed = set(given) - {"q", "cursor"}
    only = listing.find_numbers(facets.narrow(wanted, now=_now()), limit=MOST_SESSIONS) if narrowed else None
    with connection() as conn:
        found = find_results(conn, wanted["q"], only=only, limit=PAGE, cursor=wanted["cursor"])
    more = facets.address(given, cursor=found.more) if found.more else None
    total = sum(map(len, found.numbers.values())) if only is None else len(only)
    return {"items": found.items, "more": more, "corrected": found.corrected, "total": total}


def _lists(wanted: dict[str, Any], given: MultiDict[str, str]) -> list[dict[str, Any]]:
    """Return the lists of upcoming and past sessions that the filters ask for."""
    whens = list(dict.fromkeys(wanted.get("when") or SORTS))
    cursor = wanted["cursor"] if len(whens) == 1 else None
    return [_list(when, wanted, given, limit=PAGE, cursor=cursor) for when in whens]


def _list(
    when: str, wanted: dict[str, Any], given: MultiDict[str, str], *, limit: int, cursor: str | None
) -> dict[str, Any]:
    sort = SORTS[when]
    after = session_cursors.decode(sort, cursor)
    found = listing.find(facets.narrow(wanted, when, now=_now()), sort=sort, limit=limit, after=after)
    more = facets.address(given, when=when, cursor=session_cursors.encode(sort, found.more)) if found.more else None
    return {"when": when, "sessions": [orjson.loads(item) for item in found.items], "more": more}


def _landing() -> dict[str, Any]:
    """Return what the page shows besides to a reader without filters."""
    with connection() as conn:
        series = public_layout.select_series(conn, limit=FEW + 2)
        announcements = public_layout.select_announcements(conn, limit=FEW)
    recordings = listing.find_documents({"recorded": True}, sort="-recorded", limit=FEW)
    return {"recordings": recordings, "series": series, "announcements": announcements}


def _show(
    wanted: dict[str, Any], given: MultiDict[str, str], found: dict[str, Any], *, status: int = 200, wrong: str = ""
) -> Response:
    words = wanted.get("q", "")
    counted = {name: value for name, value in wanted.items() if not (wrong and name == "q")}
    with connection() as conn:
        described = facets.describe(conn, counted, given, now=_now())
    sessions = [session for one in found.get("lists", ()) for session in one["sessions"]]
    page = PageHead(
        template="learning.html",
        title=f"“{words}”" if words else "Learning" if not described.chosen else _title(described),
        description="Live webinars and workshops for library workers, recordings to watch, and what was announced.",
        address=page_rendering.home(),
        things=[json_ld.listed(sessions)],
        calendar=page_rendering.feed("sessions.ics"),
    )
    values = {"results": None, "lists": [], "series": [], "recordings": [], "announcements": [], **found}
    return page_rendering.respond(
        page, status=status, words=words, wrong=wrong, facets=described, given=given, **values
    )


def _now() -> datetime:
    return runtime.current().clock.now()


def _title(described: facets.Facets) -> str:
    """Return the first active filters as a title."""
    return ", ".join(one.label for one in described.chosen[:3])
