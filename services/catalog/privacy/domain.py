"""Searching personal data in the catalog. It stores no email addresses, and comments may be signed with any name, so
staff judge whose a comment is.
"""

import re
from typing import Any

from psycopg import Connection

from services.catalog.privacy import queries

Held = dict[str, list[dict[str, Any]]]
SCOPE = "people:erase"


def describe(conn: Connection, email: str, *, name: str = "") -> Held:
    """Return what contains this folded address, and comments signed with this name, by this person or a namesake."""
    # An address that is part of a longer one belongs to somebody else.
    pattern = rf"(^|[^a-z0-9._%+-]){re.escape(email)}(?![a-z0-9-]|\.[a-z0-9])"
    return {
        "comments": queries.select_comments_naming(conn, pattern),
        "comments_signed_alike": queries.select_comments_signed(conn, name.strip()) if name.strip() else [],
        "programme": queries.select_entries_naming(conn, pattern),
    }
