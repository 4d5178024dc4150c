"""Permissions of a service's processes in its schema: read everything, and write what is listed. The schema belongs to
another role, that of `migrate`, which grants this each time it has run.

The audit log is append-only: someone who takes over a process cannot delete or change it.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

READ = frozenset({"SELECT"})
# Writes of the shared library; a service lists its own in `services/<name>/permissions.py`.
WRITES = {
    "audit_log": "INSERT",
    "idempotency_keys": "INSERT, DELETE",
    "inbox": "INSERT, UPDATE",
    "outbox": "INSERT, UPDATE, DELETE",
    "quarantine": "INSERT, UPDATE, DELETE",
    "restorations": "INSERT, UPDATE",
    "snapshot_outcomes": "INSERT, DELETE",
    "usage_counts": "INSERT, UPDATE, DELETE",
}


def require_owner(conn: psycopg.Connection, role: str) -> None:
    """Raises `RuntimeError` where `conn` is of the role that the processes have."""
    if conn.info.user == role:
        raise RuntimeError(
            f"migrate runs as the owner of the schema, {role}_owner, and not as {role}, the role of the processes; "
            "deploy/postgres/create-services.sh makes it"
        )


def grant(conn: psycopg.Connection, role: str, writes: Mapping[str, str]) -> None:
    """Let `role` do in the current schema what `writes` and `WRITES` say, and read; take from it what else it could.

    Raises what PostgreSQL says where a listed table, or the role, is not there.
    """
    listed = {table: READ | set(verbs.split(", ")) for table, verbs in {**WRITES, **writes}.items()}
    with conn.transaction():
        present = select_granted(conn, role)
        for table in sorted(present.keys() | listed.keys()):
            wanted = listed.get(table, READ)
            if present.get(table) != wanted:
                _set(conn, role, table, wanted)


def select_granted(conn: psycopg.Connection, role: str) -> dict[str, frozenset[str]]:
    """Return what `role` was granted on each table and view of the current schema."""
    query = """
        SELECT relname, array_remove(array_agg(one.privilege_type), NULL)
          FROM pg_class LEFT JOIN aclexplode(relacl) AS one ON one.grantee = %(role)s::regrole
         WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
         GROUP BY relname
    """
    return {table: frozenset(verbs) for table, verbs in conn.execute(query, {"role": f'"{role}"'})}


def _set(conn: psycopg.Connection, role: str, table: str, verbs: frozenset[str]) -> None:
    names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
    what = sql.SQL(", ").join(sql.SQL(verb) for verb in sorted(verbs))  # pyright: ignore[reportArgumentType]
    conn.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
    conn.execute(sql.SQL("GRANT {what} ON {table} TO {role}").format(what=what, **names))
