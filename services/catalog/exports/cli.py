"""`python -m services.catalog export SLUG`."""

import sys
from collections.abc import Callable

import click
from psycopg import Connection

from services.catalog.entries.queries import select_entry
from services.catalog.exports.domain import export_programme
from services.catalog.program_documents.text_formats import WRITERS
from shared import runtime
from shared.cli.runner import in_transaction


def exporting(start: Callable[..., runtime.Runtime]) -> click.Command:
    """Return the command, for the service whose runtime `start` creates."""

    @click.command("export", help="Write the program document of an initiative to standard output.")
    @click.argument("slug")
    @click.option("--format", "kind", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
    def command(slug: str, kind: str) -> None:
        def export(conn: Connection) -> bytes:
            initiative = select_entry(conn, "initiative", slug)
            if initiative is None:
                raise click.ClickException(f"There is no initiative {slug}.")
            return WRITERS[f"application/{kind}"](export_programme(conn, initiative))

        sys.stdout.buffer.write(in_transaction(start, export))

    return command
