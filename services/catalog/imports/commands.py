"""`python -m services.catalog import FILE`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from psycopg import Connection

from services.catalog.imports import domain
from services.catalog.imports.documents import read_json, read_yaml
from services.catalog.imports.schemas import ReportSchema
from shared import runtime
from shared.commands.door import in_transaction, print_json
from shared.errors import Invalid


def importing(start: Callable[..., runtime.Runtime]) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command("import", help="Take in a programme document (YAML or JSON), all of it or nothing.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
    def command(file: Path, dry_run: bool) -> None:
        read = read_json if file.suffix == ".json" else read_yaml

        def take_in(conn: Connection) -> Any:
            try:
                return domain.import_programme(conn, read(file.read_bytes()), actor="command line", dry_run=dry_run)
            except Invalid as refusal:
                faults = [f"{path}: {' '.join(messages)}" for path, messages in refusal.errors.items()]
                raise click.ClickException("\n".join([refusal.detail, *faults])) from None

        print_json(ReportSchema().dump(in_transaction(start, take_in)))

    return command
