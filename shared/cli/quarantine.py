"""`python -m services.<name> quarantine …`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from shared.cli.runner import (
    RuntimeFactory,
    Timestamp,
    actor_option,
    dry_run_option,
    in_transaction,
    print_json,
    print_outcome,
    record_operator_action,
)
from shared.errors import DomainError
from shared.messaging import quarantine

MOST = 10_000
HELP = "What was set aside until you decide: events that failed, messages that are no events."

of_type = click.option("--type", "kind", help="Only of this type (routing key), e.g. catalog.session.held.")
of_source = click.option("--source", help="Only of this publisher.")
with_reason = click.option("--reason", help="Only where the reason contains this text.")
received_since = click.option("--since", type=Timestamp(), help="Only what was received since then (RFC 3339).")
everything = click.option("--all", "all_", is_flag=True, help="All that waits.")


def filtering(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which are meant; they are combined."""
    return of_type(of_source(with_reason(received_since(command))))


def quarantine_commands(start: RuntimeFactory) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("quarantine", help=HELP)

    @group.command("list", help="List it, newest first, without contents. Changes nothing.")
    @click.option("--limit", default=100, show_default=True, type=click.IntRange(1, MOST))
    @filtering
    def list_(limit: int, **which: Any) -> None:
        print_json(in_transaction(start, lambda conn: quarantine.select_all(conn, limit=limit, **which)))

    @group.command(help="Print the bytes of one, as they came; they may hold personal data. Changes nothing.")
    @click.argument("id", type=UUID)
    def show(id: UUID) -> None:
        found: bytes = in_transaction(start, lambda conn: quarantine.body(conn, id))
        click.echo(found)

    _add(group, start, "replay", quarantine.replay, "Process them again: those named, or all that match.")
    _add(
        group, start, "discard", quarantine.discard, "Decide that they are not wanted: those named, or all that match."
    )
    return group


def _add(
    group: click.Group, start: RuntimeFactory, name: str, do: Callable[[Connection, UUID], None], text: str
) -> None:
    """A command that does something with several; each on its own, so one that is refused does not keep the others."""

    @group.command(name, help=f"{text} Prints the ones that were refused, and then exits with code 1.")
    @click.argument("ids", nargs=-1, type=UUID)
    @filtering
    @everything
    @dry_run_option
    @actor_option
    def command(ids: tuple[UUID, ...], all_: bool, dry_run: bool, actor: str, **which: Any) -> None:
        if bool(ids) == (all_ or any(which.values())):
            raise click.UsageError("Name ids, or say --type, --source, --reason, --since or --all.")

        def work(conn: Connection) -> dict[str, Any]:
            found = quarantine.select_all(conn, limit=MOST, **which) if not ids else []
            wanted = list(ids) or [row["id"] for row in found]
            if dry_run:
                return {"dry_run": True, "would": wanted, "refused": []}
            refused = [refusal for id in wanted if (refusal := attempt(conn, id))]
            gone = {refusal["id"] for refusal in refused}
            return {"done": [id for id in wanted if id not in gone], "refused": refused}

        def attempt(conn: Connection, id: UUID) -> dict[str, Any] | None:
            try:
                with conn.transaction():
                    do(conn, id)
                    record_operator_action(conn, actor, f"quarantine.{name}", id)
            except DomainError as refusal:
                return {"id": id, "reason": refusal.detail}
            return None

        answer = in_transaction(start, work)
        for refusal in answer["refused"]:
            click.echo(refusal["reason"], err=True)
        print_outcome(answer, refused=bool(answer["refused"]))
