"""Projections: copies of other services' facts, one row for each aggregate, kept newer by revision.

A row dataclass names the columns once, for writing and for reading.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import Field, asdict, fields, is_dataclass
from functools import lru_cache
from typing import Any, ClassVar, LiteralString, Protocol
from uuid import UUID

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from shared.events.catalog_snapshots import Snapshot
from shared.events.envelope import Envelope, Event
from shared.messaging.snapshot_reports import compare_snapshot


class RowDataclass(Protocol):
    """A dataclass whose fields are columns."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


@contextmanager
def receive_state(conn: Connection, table: str, event: Event, envelope: Envelope) -> Iterator[bool]:
    """Take an event's state into `table` within the block; True for a snapshot, which repairs what is there.

    A snapshot replaces also a row of its own revision, and what it changed is reported.
    """
    if not isinstance(event, Snapshot):
        yield False
        return
    with compare_snapshot(conn, table, event, envelope):
        yield True


def upsert_newer(
    conn: Connection,
    table: LiteralString,
    row: RowDataclass,
    *,
    repair: bool = False,
    key: LiteralString = "id",
    merge: Mapping[str, LiteralString] | None = None,
    replaces: LiteralString = "false",
) -> bool:
    """Insert the row, or update the one with its `key` if that has an older revision; False if it has not.

    With `repair` a row of the same revision is updated too. `merge` gives SQL for columns that are not simply replaced,
    and `replaces` a condition under which any row is; both name the two rows `known` and `excluded`.
    """
    statement = _upsert(table, type(row), key, tuple((merge or {}).items()), replaces)
    values = {field.name: _adapt(getattr(row, field.name)) for field in fields(row)}
    return bool(conn.execute(statement, {**values, "repair": repair}).rowcount)


def holds_revision(conn: Connection, table: LiteralString, id: UUID, revision: int) -> bool | None:
    """True if the copy of this aggregate has exactly this revision; None if there is no copy."""
    query = sql.SQL("SELECT revision = %s FROM {} WHERE id = %s").format(sql.Identifier(table))
    found = conn.execute(query, [revision, id]).fetchone()
    return found[0] if found else None


def _adapt(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return Jsonb(asdict(value))
    return Jsonb(value) if isinstance(value, dict) else value


@lru_cache
def _upsert(
    table: LiteralString,
    row: type[RowDataclass],
    key: LiteralString,
    merge: tuple[tuple[str, LiteralString], ...],
    replaces: LiteralString,
) -> sql.Composed:
    names = [field.name for field in fields(row)]
    merged = dict(merge)
    updates = [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.SQL(merged.get(name) or f"excluded.{name}"))  # pyright: ignore[reportArgumentType]
        for name in names
        if name != key
    ]
    return sql.SQL(
        """
        INSERT INTO {table} AS known ({columns}) VALUES ({values})
        ON CONFLICT ({key}) DO UPDATE SET {updates}
         WHERE known.revision < excluded.revision
            OR %(repair)s AND known.revision = excluded.revision OR {replaces}
        """
    ).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(map(sql.Placeholder, names)),
        key=sql.Identifier(key),
        updates=sql.SQL(", ").join(updates),
        replaces=sql.SQL(replaces),
    )
