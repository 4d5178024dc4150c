"""`python -m services.catalog snapshots …`."""

from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from services.catalog.snapshots import domain
from shared.commands.door import Start, acting, in_transaction, note, print_json, trying

HELP = (
    "Publish again what something is now, so that the copies of registration and notifications are put right, whatever"
    " they hold. Each gets its next revision, and is told to mirrors and webhooks as an update. Nobody gets a mail for"
    " it, but who has a seat and was never told of a recording. What was withdrawn is withdrawn again, except"
    " recordings, of which those that can be watched are sent."
)


def saying_again(start: Start) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("snapshots", help="The present state of what was published, said again.")

    @group.command(help=HELP)
    @click.option("--type", "kind", required=True, type=click.Choice(domain.TYPES))
    @click.option("--id", "ids", multiple=True, type=UUID, help="Only that with this id; several are possible.")
    @trying
    @acting
    def send(kind: str, ids: tuple[UUID, ...], dry_run: bool, actor: str) -> None:
        wanted = list(ids) or None

        def work(conn: Connection) -> dict[str, Any]:
            if dry_run:
                return {"dry_run": True, "type": kind, "sent": len(domain.find(conn, kind, wanted))}
            sent = domain.send(conn, kind, wanted)
            note(conn, actor, "snapshots.send", kind, {"ids": wanted or "all", "sent": sent})
            return {"dry_run": False, "type": kind, "sent": sent}

        print_json(in_transaction(start, work))

    return group
