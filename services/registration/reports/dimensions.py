"""SQL of the dimensions by which participation is counted."""

from typing import LiteralString

# The SQL of a row's key, and of its label for people, by dimension.
DIMENSIONS: dict[str, tuple[LiteralString, LiteralString]] = {
    "session": ("facts.session", "max(facts.title)"),
    "series": ("facts.series", "max(facts.series_title)"),
    "initiative": ("facts.initiative", "max(facts.initiative_title)"),
    "library_type": ("people.library ->> 'type'", "NULL"),
    "community_size": ("people.library ->> 'community_size'", "NULL"),
    "state": (
        "CASE WHEN people.library ->> 'state' = ANY(%(codes)s) THEN people.library ->> 'state' END",
        "CASE WHEN bool_and(coalesce(people.library ->> 'state' = %(outside)s, false)) THEN %(outside_name)s END",
    ),
    "month": ("to_char(facts.at, 'YYYY-MM')", "NULL"),
}
