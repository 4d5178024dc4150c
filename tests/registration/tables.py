"""Everything that registration holds."""

from psycopg import sql

from tests.registration.registration import Registration


def dump(registration: Registration) -> str:
    """Everything that the schema holds, as text."""
    found = registration.conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    return "\n".join(_dump_table(registration, name) for (name,) in found)


def _dump_table(registration: Registration, table: str) -> str:
    query = sql.SQL("SELECT string_agg(t::text, E'\\n') FROM {} AS t").format(sql.Identifier(table))
    row = registration.conn.execute(query).fetchone()
    return str(row[0]) if row else ""
