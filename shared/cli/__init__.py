"""The commands that every service has for its operators: quarantine, outbox, inbox, and its OpenAPI document."""

from collections.abc import Callable

import click
from flask import Flask

from shared import runtime
from shared.cli.inbox import inbox_commands
from shared.cli.outbox import outbox_commands
from shared.cli.quarantine import quarantine_commands
from shared.cli.runner import RuntimeFactory


def for_every_service(
    name: str, start: RuntimeFactory, create_app: Callable[[runtime.Runtime], Flask]
) -> list[click.Command]:
    """The commands, for the service whose runtime `start` makes."""
    return [
        quarantine_commands(start),
        outbox_commands(start),
        inbox_commands(start),
        _openapi(name, start, create_app),
    ]


def _openapi(name: str, start: RuntimeFactory, create_app: Callable[[runtime.Runtime], Flask]) -> click.Command:
    @click.command("openapi", help="Print the OpenAPI document. Changes nothing.")
    def command() -> None:
        app = create_app(start("command", pool_size=1))
        click.echo(app.test_client().get(f"/{name}/v1/openapi.json").get_data(as_text=True))

    return command
