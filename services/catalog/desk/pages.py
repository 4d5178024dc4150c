"""`/catalog/staff/`: the whole programme at a glance; and each thing with how it stands and what was done to it."""

from dataclasses import dataclass, field

from flask import Response

from services.catalog import addresses, reading
from services.catalog.desk import queries
from services.catalog.desk.queries import Thing
from services.catalog.desk.rendering import respond
from services.catalog.desk.schemas import OverviewQuery
from services.catalog.editing import domain
from services.catalog.editing.choices import ZONES
from services.catalog.editing.differences import describe
from services.catalog.editing.queries import select_history
from services.catalog.recordings.queries import select_recording
from shared.date_labels import label_edtf, label_full_date, label_moment
from shared.http.forms import Form
from shared.http.pages import Pages, parse_query
from shared.runtime import connection

HISTORY = 50
ANY = "<any(initiatives, series, sessions, announcements, organizations):collection>"
KINDS = {collection: kind for kind, collection in addresses.COLLECTIONS.items()}

pages = Pages("desk", url_prefix="/catalog/staff")


@dataclass
class Programme:
    """An initiative with what belongs to it, as far as it is shown; `whole` is missing where it is not."""

    slug: str
    whole: Thing | None = None
    parts: list[Thing] = field(default_factory=list)


@pages.get("/")
@pages.staff(reading.SCOPE)
def show_overview() -> Response:
    """Everything that there is, drafts and what was withdrawn included."""
    query = parse_query(OverviewQuery())
    with connection() as conn:
        found = queries.select_things(conn, words=query["q"], state=query["state"])
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
@pages.staff(reading.SCOPE)
def list_organizations() -> Response:
    """Every organization, by name."""
    query = parse_query(OverviewQuery())
    with connection() as conn:
        found = queries.select_organizations(conn, words=query["q"])
        return respond("staff/organizations.html", conn, found=found, query=query)


@pages.get(f"/{ANY}/<slug>")
@pages.staff(reading.SCOPE)
def show_thing(collection: str, slug: str) -> Response:
    """A thing: its state, what can be done with it, and what was done."""
    return render_thing(KINDS[collection], slug, Form())


def render_thing(kind: str, slug: str, form: Form, *, status: int = 200) -> Response:
    """The page of a thing, with the form that says when it is to be public."""
    with connection() as conn:
        entry = domain.find(conn, kind, slug)
        history = select_history(conn, entry.id, limit=HISTORY)
        return respond(
            "staff/thing.html",
            conn,
            status=status,
            entry=entry,
            form=form,
            recording=select_recording(conn, entry.id) if kind == "session" else None,
            history=[one | {"changes": describe(one["changes"] or {})} for one in history],
            zones_known=ZONES,
        )


def say_when(thing: Thing) -> str:
    """When it is, as people read it."""
    if thing.announced_at:
        return label_full_date(thing.announced_at)
    if thing.starts_at and thing.timezone:
        return label_moment(thing.starts_at, thing.timezone)
    return label_edtf(thing.edtf) if thing.edtf else ""


def _group(things: list[Thing]) -> list[Programme]:
    found: dict[str, Programme] = {}
    for one in things:
        programme = found.setdefault(one.initiative or "", Programme(one.initiative or ""))
        if one.kind == "initiative":
            programme.whole = one
        else:
            programme.parts.append(one)
    return list(found.values())
