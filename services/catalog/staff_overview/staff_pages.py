"""`/catalog/staff/`: overviews of all entries and of all organizations."""

from dataclasses import dataclass, field

from flask import Response

from services.catalog.entries import visibility
from services.catalog.staff_layout.staff_rendering import respond
from services.catalog.staff_overview import queries
from services.catalog.staff_overview.queries import EntrySummary
from services.catalog.staff_overview.schemas import OverviewQuery
from shared.date_labels import label_edtf, label_full_date, label_moment
from shared.http.pages import Pages, parse_query
from shared.runtime import connection

pages = Pages("desk", url_prefix="/catalog/staff")


@dataclass
class ProgramGroup:
    """An initiative with its parts, as far as they are shown; `whole` is None if the initiative itself is not."""

    slug: str
    whole: EntrySummary | None = None
    parts: list[EntrySummary] = field(default_factory=list)


@pages.get("/")
@pages.staff(visibility.SCOPE)
def show_overview() -> Response:
    """Show all entries, including drafts and withdrawn ones."""
    query = parse_query(OverviewQuery())
    with connection() as conn:
        found = queries.select_summaries(conn, words=query["q"], state=query["state"])
        shown = [one for one in found if one.problems or not query["attention"]]
        return respond(
            "staff/overview.html",
            conn,
            programmes=_group(shown),
            count=len(shown),
            noteworthy=sum(bool(one.problems) for one in found),
            query=query,
            say_when=say_when,
        )


@pages.get("/organizations")
@pages.staff(visibility.SCOPE)
def list_organizations() -> Response:
    """List all organizations, by name."""
    query = parse_query(OverviewQuery())
    with connection() as conn:
        found = queries.select_organizations(conn, words=query["q"])
        return respond("staff/organizations.html", conn, found=found, query=query)


def say_when(thing: EntrySummary) -> str:
    """Return the date of an entry as people read it."""
    if thing.announced_at:
        return label_full_date(thing.announced_at)
    if thing.starts_at and thing.timezone:
        return label_moment(thing.starts_at, thing.timezone)
    return label_edtf(thing.edtf) if thing.edtf else ""


def _group(things: list[EntrySummary]) -> list[ProgramGroup]:
    found: dict[str, ProgramGroup] = {}
    for one in things:
        programme = found.setdefault(one.initiative or "", ProgramGroup(one.initiative or ""))
        if one.kind == "initiative":
            programme.whole = one
        else:
            programme.parts.append(one)
    return list(found.values())
