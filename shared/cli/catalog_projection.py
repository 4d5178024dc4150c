"""`python -m services.<name> programme report`, of a service that keeps a copy of the catalog."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import click

from shared.cli.runner import UNAVAILABLE, RuntimeFactory, poll_until, print_json, wait_option
from shared.errors import NotFound
from shared.messaging import snapshot_reports


def projection_commands(tables: Mapping[str, str]) -> Callable[[RuntimeFactory], click.Group]:
    """The commands of a service whose copy is in these tables, by aggregate."""

    def make(start: RuntimeFactory) -> click.Group:
        group = click.Group("programme", help="The copy of the catalog that this service decides by.")

        @group.command(
            help="What a batch of snapshots (`python -m services.catalog snapshots send`) found and mended here: which"
            " rows differed, before and after, and what is held here that the catalog did not send. Changes nothing."
        )
        @click.argument("batch", type=UUID)
        @wait_option
        def report(batch: UUID, wait: int) -> None:
            found = poll_until(start, lambda conn: _read(conn, batch, tables), until=_is_complete, seconds=wait)
            if "aggregate" not in found and not wait:
                raise click.ClickException("Nothing of this batch has been handled here.")
            print_json(found)
            if wait and not _is_complete(found):
                raise click.exceptions.Exit(UNAVAILABLE)

        return group

    return make


def _read(conn: Any, batch: UUID, tables: Mapping[str, str]) -> dict[str, Any]:
    try:
        return snapshot_reports.report(conn, batch, tables)
    except NotFound:
        return {"batch": batch, "complete": False}


def _is_complete(report: dict[str, Any]) -> bool:
    return report["complete"]
