"""The commands with which operators let a service go on whose database was restored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TextIO
from uuid import UUID

import click
import orjson
from psycopg import Connection

from shared.cli.runner import (
    RuntimeFactory,
    Timestamp,
    actor_option,
    in_transaction,
    print_json,
    record_operator_action,
)
from shared.messaging import restorations, resync
from shared.messaging.resync import ReceivedEvent, ResyncRule


def restore_commands(
    start: RuntimeFactory, *, needs_settling: bool, resync_rules: Mapping[str, ResyncRule]
) -> list[click.Command]:
    """The commands, for the service whose runtime `start` makes; `needs_settling` where it does what staff must settle,
    `resync_rules` how it says its aggregates again.
    """
    return [restored_command(start, needs_settling=needs_settling), _seen(start), _restate(start, resync_rules)]


def restored_command(start: RuntimeFactory, *, needs_settling: bool) -> click.Command:
    """The command that is run first."""

    @click.command(
        "restored",
        help="Say that this service's database was restored, before its processes start: revisions go on above any that"
        " it gave out, and what it said shortly before is published again. Prints what was done, as JSON.",
    )
    @click.option("--at", required=True, type=Timestamp(), help="The moment to which it was restored (RFC 3339).")
    @click.option(
        "--hours",
        default=24.0,
        show_default=True,
        type=click.FloatRange(0, 24 * 35),
        help="Publish again what was recorded in so many hours before that moment.",
    )
    @actor_option
    def command(at: str, hours: float, actor: str) -> None:
        def work(conn: Connection) -> dict[str, Any]:
            told = restorations.begin(
                conn, restored_to=datetime.fromisoformat(at), hours=hours, needs_settling=needs_settling
            )
            record_operator_action(conn, actor, "database.restored", at, told)
            return told

        print_json(in_transaction(start, work))

    return command


def _seen(start: RuntimeFactory) -> click.Command:
    @click.command(
        "seen",
        help="What this service received of another since a moment, an event a line, for `restate` of that other one."
        " Nothing in it is personal. Changes nothing.",
    )
    @click.option("--of", "source", required=True, help="The other service, such as catalog.")
    @click.option(
        "--since", required=True, type=Timestamp(), help="The moment to which that one was restored (RFC 3339)."
    )
    def command(source: str, since: str) -> None:
        moment = datetime.fromisoformat(since)
        for event in in_transaction(start, lambda conn: resync.select_received(conn, source=source, since=moment)):
            click.echo(orjson.dumps(event).decode())

    return command


def _restate(start: RuntimeFactory, resync_rules: Mapping[str, ResyncRule]) -> click.Command:
    @click.command(
        "restate",
        help="After `restored`: say again what others have seen in a later state than it has here. FILE is what their"
        " `seen` printed; `-` is standard input. Prints what was done, and what is left to staff, as JSON.",
    )
    @click.argument("file", type=click.File("r"))
    @actor_option
    def command(file: TextIO, actor: str) -> None:
        seen = _read_seen(file)

        def work(conn: Connection) -> dict[str, Any]:
            told = resync.resync(conn, resync_rules, seen)
            counts = {name: value for name, value in told.items() if isinstance(value, int)}
            record_operator_action(conn, actor, "database.resync_rules", "what others had seen", counts)
            return told

        print_json(in_transaction(start, work))

    return command


def _read_seen(lines: Iterable[str]) -> list[ReceivedEvent]:
    """Raises UsageError."""
    try:
        found = [orjson.loads(line) for line in lines if line.strip()]
        return [ReceivedEvent(**{**one, "event_id": UUID(one["event_id"])}) for one in found]
    except (ValueError, TypeError, KeyError) as error:
        raise click.UsageError(f"FILE is not what `seen` printed: {type(error).__name__}") from None
