"""Options of the choice fields in forms."""

from uuid import UUID

from psycopg import Connection

from services.catalog.entry_forms import queries

Choices = dict[str, list[tuple[str, str]]]
# The most common time zones; any other can be typed.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "UTC",
)


def select_choices(conn: Connection, initiative_id: UUID | None, *, series: str | None = None) -> Choices:
    """Return (value, label) pairs by option list; `own_session` lists the sessions of `series`."""
    found: Choices = {name: [] for name in ("organization", "initiative", "series", "session", "own_session")}
    for one in queries.select_choices(conn, initiative_id):
        found[one["kind"]].append((one["slug"], one["title"]))
        if one["kind"] == "session" and one["series"] == series and series:
            found["own_session"].append((one["slug"], one["title"]))
    for term in queries.select_terms(conn):
        found.setdefault(term["vocabulary"], []).append((term["slug"], term["label"]))
    found["zone"] = [(zone, zone) for zone in ZONES]
    return found
