"""`python -m services.catalog import FILE`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from psycopg import Connection

from services.catalog.imports import domain
from services.catalog.imports.schemas import ReportSchema
from services.catalog.program_documents.text_formats import read_json, read_yaml
from shared import runtime
from shared.cli.runner import in_transaction, print_json
from shared.errors import Invalid

WHY = "the catalog has held something before, or this is production: nothing was imported"


def importing(start: Callable[..., runtime.Runtime]) -> click.Command:
    """Return the command, for the service whose runtime `start` creates."""

    @click.command("import", help="Import a program document (YAML or JSON), all of it or nothing.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Only show what would change.")
    @click.option(
        "--only-first",
        is_flag=True,
        help="For the sample program: import only in development, and only into a catalog that was never used. "
        "Otherwise do nothing and succeed.",
    )
    def command(file: Path, dry_run: bool, only_first: bool) -> None:
        read = read_json if file.suffix == ".json" else read_yaml

        def take_in(conn: Connection) -> Any:
            try:
                if only_first:
                    return take_in_first(conn, file, read)
                return domain.import_programme(conn, read(file.read_bytes()), actor="command line", dry_run=dry_run)
            except Invalid as refusal:
                faults = [f"{path}: {' '.join(messages)}" for path, messages in refusal.errors.items()]
                raise click.ClickException("\n".join([refusal.detail, *faults])) from None

        if only_first and dry_run:
            raise click.UsageError("--only-first and --dry-run exclude each other.")
        report = in_transaction(start, take_in)
        print_json(ReportSchema().dump(report) if report else {"left_alone": WHY})

    return command


def take_in_first(conn: Connection, file: Path, read: Callable[[bytes], Any]) -> domain.ImportReport | None:
    """Import as `--only-first` demands; return None if nothing was done."""
    if runtime.settings().production:
        return None
    return domain.import_first_programme(conn, read(file.read_bytes()), actor="command line")
