"""`python -m services.notifications person show`."""

import click
from psycopg import Connection

from services.notifications.privacy import domain
from shared.cli.runner import RuntimeFactory, actor_option, in_transaction, print_json, record_operator_action
from shared.email_addresses import fold_stored_email


def person_commands(start: RuntimeFactory) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("person", help="What is held on a person.")

    @group.command(
        help="All that notifications holds under an address (GDPR, article 15), also of who only reads the newsletter."
        " Prints personal data. Erasing is registration's `person erase`. Changes nothing."
    )
    @click.option("--address", required=True, help="The person's mail address.")
    @actor_option
    def show(address: str, actor: str) -> None:
        def work(conn: Connection) -> domain.HeldData:
            record_operator_action(conn, actor, "person.export", "by address")
            return domain.describe(conn, fold_stored_email(address))

        print_json(in_transaction(start, work))

    return group
