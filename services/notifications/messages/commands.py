"""`python -m services.notifications who-got-what`."""

import click

from services.notifications.messages import queries, reading
from services.notifications.messages.kinds import KINDS
from services.notifications.messages.schemas import STATES, MessageSchema
from shared.commands.door import REFUSED, Start, in_transaction, print_json

HELP = (
    "Every mail that was ever due to an address, or about a session: its kind, its state, its times and what the mail"
    " server last said, newest first. Prints personal data. Changes nothing."
)


def telling(start: Start) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command("who-got-what", help=HELP)
    @click.option("--address", help="Mails to this address.")
    @click.option("--session", metavar="SLUG", help="Mails about the session with this slug.")
    @click.option("--kind", metavar="KIND", type=click.Choice(sorted(KINDS)), help="Only mails of this kind.")
    @click.option("--state", type=click.Choice(STATES), help="Only mails in this state.")
    def command(address: str | None, session: str | None, kind: str | None, state: str | None) -> None:
        if not (address or session):
            raise click.UsageError("Say --address, --session, or both.")
        rows = in_transaction(
            start,
            lambda conn: queries.select_messages(
                conn, recipient=address, kind=kind, state=state, session=session, event=None, before=None, limit=None
            ),
        )
        print_json(MessageSchema(many=True).dump([reading.nested(row) for row in rows]))
        if not rows:
            click.echo("No mail matches.", err=True)
            raise click.exceptions.Exit(REFUSED)

    return command
