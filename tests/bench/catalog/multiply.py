"""A hundred catalogs out of one, by plain SQL: importing 100,000 sessions would take a quarter of an hour.

Every table of the catalog that has rows of a session, a series or an initiative gets copies of them, whatever tables
there are: with ids and slugs of their own, a further word in each title, and dates some hours earlier. What is derived
stays as it was: labels of dates, search vectors that are no generated columns, counts. Descriptions and terms repeat,
so every word and term is a hundred times as frequent, as in a catalog that grew.
"""

from typing import LiteralString

import psycopg
from psycopg import sql

KEYS = ("entry_id", "session_id", "id")
HISTORY = ["changes", "outbox", "inbox", "audit_log", "former_slugs"]

NEW: LiteralString = "md5({c}::text || copies.number)::uuid"
NEW_IF_COPIED: LiteralString = (
    "CASE WHEN {c} IN (SELECT id FROM copied) THEN md5({c}::text || copies.number)::uuid ELSE {c} END"
)
NAMED: dict[str, LiteralString] = {"id": NEW, "slug": "{c} || '-' || copies.number", "title": "word || ' ' || {c}"}
# The small name of an entry, which its copy was given by the database.
NUMBER: LiteralString = "(SELECT number FROM entries WHERE id = md5({key}::text || copies.number)::uuid)"
DOCUMENT: LiteralString = r"""
    regexp_replace(regexp_replace({c}::text, '"((?:series|initiative)-[0-9-]+)"', '"\1-' || copies.number || '"', 'g'),
                   '("title": ?")', '\1' || word || ' ', 'g')::"""
TYPED: dict[str, LiteralString] = {
    "uuid": NEW_IF_COPIED,
    "json": DOCUMENT + "json",
    "jsonb": DOCUMENT + "jsonb",
}

Column = tuple[str, str]


def multiply(conn: psycopg.Connection, words: list[str]) -> None:
    """Add a copy of the catalog for each of the words. Triggers and foreign keys rest, so it takes the superuser."""
    conn.execute("SET search_path TO catalog, extensions")
    conn.execute("SET session_replication_role TO replica")
    conn.execute("""
        CREATE TEMPORARY TABLE copied AS
        SELECT id FROM entries WHERE kind IN ('session', 'series', 'initiative')
    """)
    conn.execute("CREATE UNIQUE INDEX ON copied (id)")
    conn.execute("CREATE TEMPORARY TABLE copies (number serial, word text)")
    conn.execute("INSERT INTO copies (word) SELECT initcap(word) FROM unnest(%s::text[]) AS word", [words])
    conn.execute("ANALYZE copied, copies")
    for table, columns in _tables(conn).items():
        conn.execute(_copying(table, columns))
    conn.execute("SET session_replication_role TO DEFAULT")


def _tables(conn: psycopg.Connection) -> dict[str, list[Column]]:
    """The tables that may hold rows of what is copied, with the columns that can be written and their types."""
    columns = conn.execute(
        """
        SELECT relname, attname, format_type(atttypid, NULL)
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'catalog'::regnamespace AND relkind = 'r' AND relname <> ALL(%s)
           AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
         ORDER BY relname, attnum
        """,
        [HISTORY],
    ).fetchall()
    tables: dict[str, list[Column]] = {}
    for table, name, kind in columns:
        tables.setdefault(table, []).append((name, kind))
    return {table: known for table, known in tables.items() if _key(known)}


def _key(columns: list[Column]) -> str | None:
    return next((key for key in KEYS if (key, "uuid") in columns), None)


def _copying(table: str, columns: list[Column]) -> sql.Composed:
    statement = sql.SQL("""
        INSERT INTO {table} ({names}) SELECT {values}
          FROM {table} AS known JOIN copied ON copied.id = known.{key} CROSS JOIN copies
        ON CONFLICT DO NOTHING
    """)
    return statement.format(
        table=sql.Identifier(table),
        key=sql.Identifier(_key(columns) or ""),
        names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        values=sql.SQL(", ").join(
            sql.SQL(_value(name, kind)).format(
                c=sql.Identifier("known", name), key=sql.Identifier("known", _key(columns) or "")
            )
            for name, kind in columns
        ),
    )


def _value(name: str, kind: str) -> LiteralString:
    """Return the SQL for a copy's value of a column whose original value is `{c}`."""
    if name in ("id", "slug", "title"):
        return NAMED[name]
    if name == "number":
        return NUMBER
    if kind == "timestamp with time zone" and name.startswith(("starts_", "ends_")):
        return "{c} - copies.number * interval '13 hours'"
    return TYPED.get(kind, "{c}")
