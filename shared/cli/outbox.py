"""`python -m services.<name> outbox …`."""

from typing import Any

import click
from psycopg import Connection

from shared.cli.runner import (
    RuntimeFactory,
    Timestamp,
    actor_option,
    dry_run_option,
    in_transaction,
    print_json,
    record_operator_action,
)
from shared.messaging import outbox
from shared.runtime import rolled_back_transaction


def outbox_commands(start: RuntimeFactory) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("outbox", help="Events on their way to the broker.")

    @group.command(help="How many wait, and for how many seconds the oldest has. Changes nothing.")
    def depth() -> None:
        print_json(in_transaction(start, outbox.depth))

    @group.command("list", help="What waits, the oldest first, and why: tries, last error. Changes nothing.")
    @click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
    def list_(limit: int) -> None:
        print_json(in_transaction(start, lambda conn: outbox.select_waiting(conn, limit=limit)))

    @group.command(
        help="Publish again, under the same ids, what was recorded since a moment: services that have it do nothing."
        " Reaches back 35 days."
    )
    @click.option("--since", required=True, type=Timestamp(), help="Moment in RFC 3339, e.g. 2026-11-01T00:00:00Z.")
    @click.option("--type", "kind", help="Only events of this type, e.g. catalog.session.held.")
    @click.option("--aggregate", help="Only events about such things, e.g. session.")
    @click.option("--id", "subject", help="Only events about the thing with this id.")
    @dry_run_option
    @actor_option
    def replay(
        since: str, kind: str | None, aggregate: str | None, subject: str | None, dry_run: bool, actor: str
    ) -> None:
        which = {"since": since, "kind": kind, "aggregate": aggregate, "subject": subject}

        def work(conn: Connection) -> dict[str, Any]:
            if dry_run:
                with rolled_back_transaction() as tried:
                    return {"dry_run": True, "would_replay": outbox.replay(tried, **which)}
            replayed = outbox.replay(conn, **which)
            record_operator_action(conn, actor, "outbox.replay", since, which | {"replayed": replayed})
            return {"replayed": replayed}

        print_json(in_transaction(start, work))

    return group
