"""`python -m services.notifications settle-mails [--sent FILE] [--send-rest]`."""

import re
from collections.abc import Iterable
from typing import Any, TextIO
from uuid import UUID

import click
from psycopg import Connection

from services.notifications.restorations import domain
from shared.cli.runner import RuntimeFactory, actor_option, in_transaction, print_json, record_operator_action

# As in `Message-ID: <0b8f…@learning.example.org>`, or the id alone.
ID = re.compile(r"(?:^|[<\s])([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?=@|>|\s|$)")


def settle_mails_command(start: RuntimeFactory) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command(
        "settle-mails",
        help="After a restore: say which mails had been sent already, and let the others wait for staff, or go out."
        " Until then nothing goes out that was due before the restore.",
    )
    @click.option(
        "--sent",
        type=click.File("r"),
        help="Message-IDs that the mail server took, one a line; `-` is standard input.",
    )
    @click.option(
        "--send-rest",
        is_flag=True,
        help="Send what --sent does not name. Only where it names everything that was sent until the system ended.",
    )
    @actor_option
    def command(sent: TextIO | None, send_rest: bool, actor: str) -> None:
        if send_rest and sent is None:
            raise click.UsageError("--send-rest needs --sent: without it mails would come a second time.")
        ids = _read_ids(sent) if sent else []

        def work(conn: Connection) -> dict[str, Any]:
            told = domain.settle_mails(conn, sent=ids, send_rest=send_rest)
            counts = {name: value for name, value in told.items() if name != "held_mails"}
            record_operator_action(conn, actor, "mails.settle", "due before the restore", counts)
            return told

        print_json(in_transaction(start, work))

    return command


def _read_ids(lines: Iterable[str]) -> list[UUID]:
    """The id in each line that is not empty. Raises UsageError."""
    ids: list[UUID] = []
    for number, line in enumerate(lines, 1):
        found = ID.search(line)
        if found:
            ids.append(UUID(found[1]))
        elif line.strip():
            raise click.UsageError(f"Line {number} of --sent has no Message-ID of ours.")
    return ids
