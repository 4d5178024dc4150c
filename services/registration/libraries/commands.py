"""`python -m services.registration import-libraries FILE`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from psycopg import Connection

from services.registration.libraries import domain
from shared import runtime
from shared.commands.door import acting, in_transaction, note, print_json, trying
from shared.errors import Invalid


def importing(start: Callable[..., runtime.Runtime]) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command(
        "import-libraries",
        help="Take in a file of the Public Libraries Survey, all or nothing: adds and changes libraries, removes none.",
    )
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @trying
    @acting
    def command(file: Path, dry_run: bool, actor: str) -> None:
        def take_in(conn: Connection) -> Any:
            try:
                with conn.transaction(force_rollback=dry_run):
                    done = domain.import_survey(conn, file.read_bytes())
                    note(conn, actor, "libraries.import", file.name, done)
                    return {"dry_run": dry_run, **done}
            except Invalid as refusal:
                faults = [f"{path}: {' '.join(messages)}" for path, messages in refusal.errors.items()]
                raise click.ClickException("\n".join([refusal.detail, *faults])) from None

        print_json(in_transaction(start, take_in))

    return command
