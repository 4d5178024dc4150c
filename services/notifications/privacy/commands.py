"""`python -m services.notifications person show`."""

import click
from psycopg import Connection

from services.notifications.privacy import domain
from shared.addresses import fold_held_email
from shared.commands.door import Start, acting, in_transaction, note, print_json


def showing(start: Start) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("person", help="What is held on a person.")

    @group.command(
        help="All that notifications holds under an address (GDPR, article 15), also of who only reads the newsletter."
        " Prints personal data. Erasing is registration's `person erase`. Changes nothing."
    )
    @click.option("--address", required=True, help="The person's mail address.")
    @acting
    def show(address: str, actor: str) -> None:
        def work(conn: Connection) -> domain.Held:
            note(conn, actor, "person.export", "by address")
            return domain.describe(conn, fold_held_email(address))

        print_json(in_transaction(start, work))

    return group
