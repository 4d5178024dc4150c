"""When an address gets no more mail."""

from uuid import UUID

from psycopg import Connection

from services.notifications.formats.mail_headers import UnsafeText, check_address
from services.notifications.suppressions import queries
from services.notifications.suppressions.queries import Reason
from shared.errors import Invalid, NotFound

LONGEST = 500


def fold(email: str) -> str:
    """The address as suppressions keep it. Raises Invalid."""
    try:
        return check_address(email.strip()).lower()
    except UnsafeText as error:
        raise Invalid({"email": [f"{error}"]}) from None


def suppress(conn: Connection, email: str, *, reason: Reason, detail: str) -> bool:
    """Let no mail go to an address any more, what waits included; False where none does already. Raises Invalid."""
    printable = "".join(character if character.isprintable() else " " for character in detail)
    return queries.insert(conn, fold(email), reason=reason, detail=printable[:LONGEST])


def lift(conn: Connection, id: UUID) -> None:
    """Let mail go there again. Raises NotFound."""
    if not queries.delete(conn, id):
        raise NotFound("There is no such suppression.")
