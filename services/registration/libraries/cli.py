"""`python -m services.registration import-libraries FILE`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from psycopg import Connection

from services.registration.libraries import domain
from shared import runtime
from shared.cli.runner import in_transaction, print_json
from shared.errors import Invalid


def importing(start: Callable[..., runtime.Runtime]) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command("import-libraries", help="Take in a file of the Public Libraries Survey, all or nothing.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def command(file: Path) -> None:
        def take_in(conn: Connection) -> Any:
            try:
                return domain.import_survey(conn, file.read_bytes())
            except Invalid as refusal:
                faults = [f"{path}: {' '.join(messages)}" for path, messages in refusal.errors.items()]
                raise click.ClickException("\n".join([refusal.detail, *faults])) from None

        print_json(in_transaction(start, take_in))

    return command
