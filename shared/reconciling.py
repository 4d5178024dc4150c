"""The commands with which operators let a service go on whose database was restored."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TextIO
from uuid import UUID

import click
import orjson
import psycopg
from psycopg import Connection
from psycopg_pool import PoolTimeout

from shared import runtime
from shared.commands import in_transaction, print_json
from shared.messaging import restating, restorations
from shared.messaging.restating import Restated, Seen

ENGINE_AWAY = 3


def attempt(start: Callable[..., runtime.Runtime], work: Callable[[Connection], Any]) -> Any:
    """As `in_transaction`; where the database is away the command ends with exit code 3."""
    try:
        return in_transaction(start, work)
    except (PoolTimeout, psycopg.OperationalError) as error:
        click.echo(f"The database is away: {type(error).__name__}", err=True)
        raise SystemExit(ENGINE_AWAY) from None


def commands(
    start: Callable[..., runtime.Runtime], *, holds: bool, restated: Mapping[str, Restated]
) -> list[click.Command]:
    """The commands, for the service whose runtime `start` makes; `holds` where it does what staff must settle,
    `restated` how it says its aggregates again.
    """
    return [restored(start, holds=holds), _seen(start), _restate(start, restated)]


def restored(start: Callable[..., runtime.Runtime], *, holds: bool) -> click.Command:
    """The command that is run first."""

    @click.command(
        "restored",
        help="Say that this service's database was restored, before its processes start: revisions go on above any that"
        " it gave out, and what it said shortly before is published again. Prints what was done, as JSON.",
    )
    @click.option("--at", required=True, help="The moment to which it was restored (RFC 3339, with its offset).")
    @click.option(
        "--hours",
        default=24.0,
        show_default=True,
        type=click.FloatRange(0, 24 * 35),
        help="Publish again what was recorded in so many hours before that moment.",
    )
    def command(at: str, hours: float) -> None:
        moment = _read_moment(at)
        print_json(attempt(start, lambda conn: restorations.begin(conn, restored_to=moment, hours=hours, holds=holds)))

    return command


def _seen(start: Callable[..., runtime.Runtime]) -> click.Command:
    @click.command(
        "seen",
        help="What this service received of another since a moment, an event a line, for `restate` of that other one."
        " Nothing in it is personal.",
    )
    @click.option("--of", "source", required=True, help="The other service, such as catalog.")
    @click.option("--since", required=True, help="The moment to which that one was restored (RFC 3339).")
    def command(source: str, since: str) -> None:
        moment = _read_moment(since)
        for event in attempt(start, lambda conn: restating.select_seen(conn, source=source, since=moment)):
            click.echo(orjson.dumps(event).decode())

    return command


def _restate(start: Callable[..., runtime.Runtime], restated: Mapping[str, Restated]) -> click.Command:
    @click.command(
        "restate",
        help="After `restored`: say again what others have seen in a later state than it has here. FILE is what their"
        " `seen` printed; `-` is standard input. Prints what was done, and what is left to staff, as JSON.",
    )
    @click.argument("file", type=click.File("r"))
    def command(file: TextIO) -> None:
        seen = _read_seen(file)
        print_json(attempt(start, lambda conn: restating.restate(conn, restated, seen)))

    return command


def _read_seen(lines: Iterable[str]) -> list[Seen]:
    """Raises UsageError."""
    try:
        found = [orjson.loads(line) for line in lines if line.strip()]
        return [Seen(**{**one, "event_id": UUID(one["event_id"])}) for one in found]
    except (ValueError, TypeError, KeyError) as error:
        raise click.UsageError(f"FILE is not what `seen` printed: {type(error).__name__}") from None


def _read_moment(text: str) -> datetime:
    """Raises UsageError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"A moment is such as 2026-11-01T00:00:00Z, not {text}.") from None
    if moment.tzinfo is None:
        raise click.UsageError("A moment needs an offset: 2026-11-01T00:00:00Z.")
    return moment
