"""The commands that every service has for its operators: quarantine, outbox, inbox, and its OpenAPI document."""

from collections.abc import Callable

import click
from flask import Flask

from shared import runtime
from shared.commands.door import Start
from shared.commands.inbox import watching
from shared.commands.outbox import publishing
from shared.commands.quarantine import deciding


def for_every_service(name: str, start: Start, create_app: Callable[[runtime.Runtime], Flask]) -> list[click.Command]:
    """The commands, for the service whose runtime `start` makes."""
    return [deciding(start), publishing(start), watching(start), _openapi(name, start, create_app)]


def _openapi(name: str, start: Start, create_app: Callable[[runtime.Runtime], Flask]) -> click.Command:
    @click.command("openapi", help="Print the OpenAPI document. Changes nothing.")
    def command() -> None:
        app = create_app(start("command", pool_size=1))
        click.echo(app.test_client().get(f"/{name}/v1/openapi.json").get_data(as_text=True))

    return command
