"""`python -m services.catalog snapshots …`."""

from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from services.catalog.snapshots import domain
from shared.cli.runner import (
    RuntimeFactory,
    actor_option,
    dry_run_option,
    in_transaction,
    print_json,
    record_operator_action,
)
from shared.runtime import rolled_back_transaction


def sending(start: RuntimeFactory) -> click.Group:
    """Return the commands, for the service whose runtime `start` creates."""
    group = click.Group(
        "snapshots", help="Publish the current state of the program again, for services that keep a copy."
    )

    @group.command(
        help="Publish the current state again, so that registration and notifications repair their copies; it sends no"
        " email and no webhook. Without --id everything of the type that was ever public, except withdrawn recordings."
        " Prints the batch: `python -m services.registration programme report BATCH` shows what it repaired."
    )
    @click.option("--type", "type_", required=True, type=click.Choice(domain.TYPES))
    @click.option("--id", "ids", multiple=True, type=UUID, help="Only this one; may be repeated.")
    @dry_run_option
    @actor_option
    def send(type_: str, ids: tuple[UUID, ...], dry_run: bool, actor: str) -> None:
        def work(conn: Connection) -> dict[str, Any]:
            if dry_run:
                with rolled_back_transaction() as tried:
                    return {"dry_run": True, "type": type_, "would_send": domain.send(tried, type_, ids)[1]}
            batch, size = domain.send(conn, type_, ids)
            record_operator_action(conn, actor, "snapshots.send", batch, {"type": type_, "size": size})
            return {"batch": batch, "type": type_, "sent": size}

        print_json(in_transaction(start, work))

    return group
