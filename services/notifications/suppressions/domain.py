"""When an address gets no more mail."""

import re
from uuid import UUID

from psycopg import Connection

from services.notifications.rendering.addresses import UnsafeText, check_address
from services.notifications.suppressions import queries
from services.notifications.suppressions.queries import Reason
from shared.errors import Invalid, NotFound

# Enhanced status codes (RFC 3463, 3.2) that say: there is no such mailbox or system, and there will be none. 5.2.x (the
# mailbox is full, or disabled) and 5.7.x (policy, spam) may pass.
NO_SUCH_ADDRESS = re.compile(r"5\.1\.(1|2|3|6|10)\b")
LONGEST = 500


def fold(email: str) -> str:
    """The address as suppressions keep it. Raises Invalid."""
    try:
        return check_address(email.strip()).lower()
    except UnsafeText as error:
        raise Invalid({"email": [f"{error}"]}) from None


def suppress(conn: Connection, email: str, *, reason: Reason, detail: str) -> bool:
    """Let no mail go to an address any more, what waits included; False where none does already. Raises Invalid."""
    printable = "".join(character for character in detail if character.isprintable())
    return queries.insert(conn, fold(email), reason=reason, detail=printable[:LONGEST])


def lift(conn: Connection, id: UUID) -> None:
    """Let mail go there again. Raises NotFound."""
    if not queries.delete(conn, id):
        raise NotFound("There is no such suppression.")


def is_gone(reply: str) -> bool:
    """Whether a mail server's refusal of a recipient says that there is no such address."""
    return bool(NO_SUCH_ADDRESS.search(reply))
