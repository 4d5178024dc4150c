"""Confirming a group, counted against the limits on mail."""

from uuid import UUID

from psycopg import Connection

from services.registration.groups import domain
from services.registration.registrations.domain import Made
from shared.http import request_limits


def confirm(conn: Connection, id: UUID) -> list[Made]:
    """Register a group by the link in its registrar's email. Raises what `domain.confirm` raises, and TooMany."""
    made = domain.confirm(conn, id)
    request_limits.consume_mails(conn, [one.registration.email for one in made if one.new])
    return made
