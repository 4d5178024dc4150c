"""`python -m services.notifications who-got-what`."""

from typing import Any

import click
from psycopg import Connection

from services.notifications.mail_log import domain, queries
from services.notifications.mail_log.schemas import STATES, MessageSchema
from services.notifications.messages.kinds import KINDS
from shared.cli.runner import RuntimeFactory, in_transaction, print_json


def who_got_what_command(start: RuntimeFactory) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command(
        "who-got-what",
        help="Every mail that was ever due to an address, or about a session: its state, its times, the mail server's"
        " reply; newest first. Prints personal data. Changes nothing.",
    )
    @click.option("--address", help="Mails to this address.")
    @click.option("--session", help="Mails about the session with this slug.")
    @click.option("--kind", type=click.Choice(sorted(KINDS)), help="Only mails of this kind.")
    @click.option("--state", type=click.Choice(sorted(STATES)), help="Only mails in this state.")
    @click.option("--limit", default=1000, show_default=True, type=click.IntRange(1, 1_000_000))
    def command(address: str | None, session: str | None, kind: str | None, state: str | None, limit: int) -> None:
        if not (address or session):
            raise click.UsageError("Say --address, --session or both.")

        def work(conn: Connection) -> list[dict[str, Any]]:
            return queries.select_messages(
                conn, recipient=address, kind=kind, state=state, session=session, event=None, before=None, limit=limit
            )

        rows = in_transaction(start, work)
        print_json(MessageSchema(many=True).dump([domain.with_session(row) for row in rows]))

    return command
