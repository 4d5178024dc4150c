"""What the catalog holds on a person. It keeps no address of anybody: comments are signed with any name that their
authors want to be shown, so whose a comment is staff judge.
"""

import re
from typing import Any

from psycopg import Connection

from services.catalog.privacy import queries

Held = dict[str, list[dict[str, Any]]]
SCOPE = "people:erase"


def describe(conn: Connection, email: str, *, name: str = "") -> Held:
    """What holds this folded address, and comments signed with this name: of this person, or of a namesake."""
    # An address within a longer one is somebody else's.
    pattern = rf"(^|[^a-z0-9._%+-]){re.escape(email)}(?![a-z0-9-]|\.[a-z0-9])"
    return {
        "comments": queries.select_comments_naming(conn, pattern),
        "comments_signed_alike": queries.select_comments_signed(conn, name.strip()) if name.strip() else [],
        "programme": queries.select_entries_naming(conn, pattern),
    }
