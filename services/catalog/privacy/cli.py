"""`python -m services.catalog person show`."""

from collections.abc import Callable

import click
from psycopg import Connection

from services.catalog.privacy import domain
from shared import runtime
from shared.cli.runner import actor_option, in_transaction, print_json, record_operator_action
from shared.email_addresses import fold_stored_email


def showing(start: Callable[..., runtime.Runtime]) -> click.Group:
    """Return the commands, for the service whose runtime `start` creates."""
    group = click.Group("person", help="What the catalog holds about a person.")

    @group.command(
        help="Show comments and parts of the program that contain an address, and comments that are signed with a name"
        " (GDPR, article 15). Prints personal data. Changes nothing."
    )
    @click.option("--address", required=True, help="The person's email address.")
    @click.option("--name", default="", help="A name that they may have signed comments with.")
    @actor_option
    def show(address: str, name: str, actor: str) -> None:
        def work(conn: Connection) -> domain.Held:
            record_operator_action(conn, actor, "person.export", "by address")
            return domain.describe(conn, fold_stored_email(address), name=name)

        print_json(in_transaction(start, work))

    return group
