"""The command with which operators let a service go on whose database was restored."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import psycopg
from psycopg import Connection
from psycopg_pool import PoolTimeout

from shared import runtime
from shared.commands import in_transaction, print_json
from shared.messaging import restorations

ENGINE_AWAY = 3


def attempt(start: Callable[..., runtime.Runtime], work: Callable[[Connection], Any]) -> Any:
    """As `in_transaction`; where the database is away the command ends with exit code 3."""
    try:
        return in_transaction(start, work)
    except (PoolTimeout, psycopg.OperationalError) as error:
        click.echo(f"The database is away: {type(error).__name__}", err=True)
        raise SystemExit(ENGINE_AWAY) from None


def restored(start: Callable[..., runtime.Runtime], *, holds: bool) -> click.Command:
    """The command, for the service whose runtime `start` makes; `holds` where it does what staff must settle."""

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


def _read_moment(text: str) -> datetime:
    """Raises UsageError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--at is a moment such as 2026-11-01T00:00:00Z, not {text}.") from None
    if moment.tzinfo is None:
        raise click.UsageError("--at needs an offset: 2026-11-01T00:00:00Z.")
    return moment
