"""The contents of a database for a manifest: each service's migrations, and the number of rows of each table."""

from collections.abc import Callable
from typing import Any

from deploy.secrets import SERVICES

Ask = Callable[[str], Any]

TABLES = """
    SELECT coalesce(json_agg(format('%I.%I', nspname, relname) ORDER BY nspname, relname), '[]')
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname IN ('catalog', 'registration', 'notifications')
"""


def read_tables(ask: Ask) -> list[str]:
    """The tables of all services, with their schemas."""
    return ask(_line(TABLES))


def count_rows(ask: Ask) -> dict[str, int]:
    """Return the number of rows of each table."""
    counts = [f"SELECT '{table}' AS name, count(*) AS rows FROM {table}" for table in read_tables(ask)]  # noqa: S608
    together = " UNION ALL ".join(counts) or "SELECT '' AS name, 0 AS rows WHERE false"
    return ask(f"SELECT coalesce(json_object_agg(name, rows), '{{}}') FROM ({together}) AS counted")  # noqa: S608


def read_migrations(ask: Ask) -> dict[str, dict[str, str]]:
    """Return by service the applied migration files, each with the SHA-256 of its text."""
    return {
        service: ask(f"SELECT json_object_agg(file, sha256 ORDER BY file) FROM {service}.migration_digest")  # noqa: S608
        for service in SERVICES
    }


def _line(sql: str) -> str:
    return " ".join(sql.split())
