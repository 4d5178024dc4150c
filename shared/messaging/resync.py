"""Resync after a publisher was restored to an earlier time than its consumers, whose copies are newer.

Aggregates that the publisher still has are published again in its state, with a revision above any that was seen, so
that all copies agree again. Aggregates that it lost, or cannot publish again without asking people, are reported to
staff.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_dicts, fetch_value, set_statement_timeout
from shared.errors import Conflict
from shared.events.envelope import Event, registry, schema_of
from shared.messaging import outbox

# Seconds that a statement over a whole outbox or inbox may take.
PATIENCE = 600

Raise = Callable[[Connection, UUID], int | None]


@dataclass(frozen=True)
class ResyncRule:
    """Rule for publishing a kind of aggregate again: with the type of event that only updates copies, or that of its
    withdrawal if it is withdrawn. `raise_revision` gives it its next revision first, and returns None if there is no
    such aggregate.
    """

    event: type[Event]
    raise_revision: Raise


@dataclass(frozen=True)
class ReceivedEvent:
    """An event of a publisher that was received; `subject` is the aggregate's id. Nothing in it is personal."""

    event_id: UUID
    type: str
    aggregate: str
    subject: str
    sequence: int


def select_received(conn: Connection, *, source: str, since: datetime) -> list[dict[str, Any]]:
    """Every event of a publisher that was received since a moment, as `Seen` has it."""
    set_statement_timeout(conn, PATIENCE)
    sql = """
        SELECT event_id::uuid AS event_id, type, aggregate, subject, sequence
          FROM inbox WHERE source = %(source)s AND received_at >= %(since)s
         ORDER BY position
    """
    return fetch_dicts(conn, sql, source=source, since=since)


def resync(conn: Connection, restated: Mapping[str, ResyncRule], seen: Iterable[ReceivedEvent]) -> dict[str, Any]:
    """Say again what was seen in a later state than it has here; once, however often it is asked for.

    Raises Conflict where no restore was noted: revisions would be given out a second time then.
    """
    set_statement_timeout(conn, PATIENCE)
    if not fetch_value(conn, "SELECT EXISTS (SELECT FROM restorations)"):
        raise Conflict("Run `restored` first.", problem="not-restored")
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    lost = _lost(conn, list(dict.fromkeys(seen)))  # several saw the same
    for (aggregate, subject), events in lost.items():
        outcome = _restate_one(conn, restated.get(aggregate), aggregate, subject, max(one.sequence for one in events))
        told[outcome].append({"aggregate": aggregate, "id": subject, "lost": sorted({one.type for one in events})})
    return {
        "events_lost": sum(map(len, lost.values())),
        **{name: len(told[name]) for name in ("said_again", "in_step", "unknown_here", "left_to_staff")},
        "unknown": told["unknown_here"],
        "to_decide": told["left_to_staff"],
    }


def _lost(conn: Connection, seen: list[ReceivedEvent]) -> dict[tuple[str, str], list[ReceivedEvent]]:
    """Those that this publisher does not know to have said, by aggregate."""
    sql = "SELECT event_id FROM outbox WHERE event_id = ANY(%(ids)s)"
    known = {row[0] for row in conn.execute(sql, {"ids": [one.event_id for one in seen]})}
    lost: dict[tuple[str, str], list[ReceivedEvent]] = defaultdict(list)
    for one in seen:
        if one.event_id not in known:
            lost[one.aggregate, one.subject].append(one)
    return lost


@dataclass(frozen=True)
class _Said:
    sequence: int
    type: str
    document: dict[str, Any]


def _restate_one(conn: Connection, how: ResyncRule | None, aggregate: str, subject: str, ahead: int) -> str:
    sql = """
        SELECT sequence, type, document FROM outbox
         WHERE aggregate = %(aggregate)s AND subject = %(subject)s ORDER BY sequence DESC LIMIT 1
    """
    last = next(iter(fetch(conn, _Said, sql, aggregate=aggregate, subject=subject)), None)
    if last and last.sequence > ahead:
        return "in_step"
    if how is None:
        return "left_to_staff"
    revision = how.raise_revision(conn, UUID(subject))
    if revision is None:
        return "unknown_here"
    if last is None:  # it was said longer ago than events are kept
        return "left_to_staff"
    kind = registry[last.type] if last.type.endswith(".withdrawn") else how.event
    data = last.document["data"]
    restated = {**data, kind.subject_in: {**data[kind.subject_in], "revision": revision}}
    outbox.add(conn, schema_of(kind).load(restated))  # pyright: ignore[reportArgumentType]
    return "said_again"
