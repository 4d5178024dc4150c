"""`python -m services.<name> outbox …`."""

from typing import Any

import click
from psycopg import Connection

from shared.commands.door import Moment, Start, acting, in_transaction, note, print_json, tell, trying
from shared.messaging import outbox


def publishing(name: str, start: Start) -> click.Group:
    """The commands, for the service of this name whose runtime `start` makes."""
    group = click.Group("outbox", help="Events on their way to the broker.")

    @group.command(help="How many wait, and for how many seconds the oldest has. Changes nothing.")
    def depth() -> None:
        print_json(in_transaction(start, outbox.depth))

    @group.command(
        "list", help="What waits, the oldest first, and why: attempts, last error, next attempt. Changes nothing."
    )
    @click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
    def list_(limit: int) -> None:
        print_json(in_transaction(start, lambda conn: outbox.select_waiting(conn, limit=limit)))

    @group.command(
        help="Publish again, under the same ids, what was recorded: all since a moment, or all of one aggregate."
        " Services that have it do nothing, so no mail goes out twice. Reaches back 35 days."
    )
    @click.option("--since", type=Moment(), help="Recorded since then (RFC 3339, e.g. 2026-11-01T00:00:00Z).")
    @click.option("--type", "kind", help=f"Only events of this type, e.g. {name}.….….")
    @click.option("--aggregate", "subject", metavar="SUBJECT", help="Only events about the thing with this id.")
    @trying
    @acting
    def replay(since: str | None, kind: str | None, subject: str | None, dry_run: bool, actor: str) -> None:
        if not (since or subject):
            raise click.UsageError("Say --since, --aggregate, or both.")
        which = {"since": since, "kind": kind, "subject": subject}

        def work(conn: Connection) -> dict[str, Any]:
            if dry_run:
                return {"dry_run": True, "replayed": outbox.count_published(conn, **which)}
            replayed = outbox.replay(conn, **which)
            if replayed:
                note(conn, actor, "outbox.replay", subject or kind or name, {**which, "replayed": replayed})
            return {"dry_run": False, "replayed": replayed}

        answer = in_transaction(start, work)
        tell(answer, found=bool(answer["replayed"]))

    return group
