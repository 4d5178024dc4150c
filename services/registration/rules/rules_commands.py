"""What staff do with rules, with its line in the audit log."""

from dataclasses import asdict

from psycopg import Connection

from services.registration.rules import domain
from services.registration.rules.queries import Rules
from shared.http.audit_api import record_staff_action


def replace(conn: Connection, slug: str, rules: Rules) -> Rules:
    """Set the rules of a session; as they are now. Raises NotFound."""
    before, after = domain.replace(conn, slug, rules)
    old, new = asdict(before), asdict(after)
    changes = {name: [old[name], new[name]] for name in new if old[name] != new[name]}
    record_staff_action(conn, "rules.replace", slug, changes)
    return after
