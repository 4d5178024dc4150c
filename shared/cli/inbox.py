"""`python -m services.<name> inbox …`."""

import click

from shared.cli.runner import RuntimeFactory, in_transaction, print_json
from shared.messaging import inbox


def inbox_commands(start: RuntimeFactory) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("inbox", help="Events that were received and are not handled yet.")

    @group.command(help="How many wait, and for how many seconds the oldest has. Changes nothing.")
    def depth() -> None:
        print_json(in_transaction(start, inbox.depth))

    @group.command("list", help="What waits, the oldest first, and why: tries, last error. Changes nothing.")
    @click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
    def list_(limit: int) -> None:
        print_json(in_transaction(start, lambda conn: inbox.select_waiting(conn, limit=limit)))

    return group
