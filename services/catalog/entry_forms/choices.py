"""What the fields of forms choose of."""

from uuid import UUID

from psycopg import Connection

from services.catalog.entry_forms import queries

Choices = dict[str, list[tuple[str, str]]]
# Those that the programme needs most; every other may be typed.
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
    """By the names that fields have for them: pairs of value and label. `own_session` are those of `series`."""
    found: Choices = {name: [] for name in ("organization", "initiative", "series", "session", "own_session")}
    for one in queries.select_choices(conn, initiative_id):
        found[one["kind"]].append((one["slug"], one["title"]))
        if one["kind"] == "session" and one["series"] == series and series:
            found["own_session"].append((one["slug"], one["title"]))
    for term in queries.select_terms(conn):
        found.setdefault(term["vocabulary"], []).append((term["slug"], term["label"]))
    found["zone"] = [(zone, zone) for zone in ZONES]
    return found
