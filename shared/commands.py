"""The commands that every service has for its operators: quarantine, outbox, and its OpenAPI document."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
import orjson
from flask import Flask

from shared import runtime
from shared.errors import DomainError
from shared.messaging import outbox, quarantine


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


def in_transaction(start: Callable[..., runtime.Runtime], work: Callable[[Any], Any]) -> Any:
    """Run `work(conn)` in a transaction of this service; a refusal of the domain ends the command with its reason and
    exit code 1.
    """
    present = start("command", pool_size=1)
    present.database.open()
    try:
        with runtime.use(present), runtime.transaction() as conn:
            return work(conn)
    except DomainError as refusal:
        raise click.ClickException(refusal.detail) from None
    finally:
        present.database.close()


def for_every_service(
    name: str, start: Callable[..., runtime.Runtime], create_app: Callable[[runtime.Runtime], Flask]
) -> list[click.Command]:
    """The commands, for the service whose runtime `start` makes."""
    return [_quarantine(start), _outbox(start), _openapi(name, start, create_app)]


def _quarantine(start: Callable[..., runtime.Runtime]) -> click.Group:
    @click.group(
        "quarantine", help="What was set aside until you decide: events that failed, messages that are no events."
    )
    def group() -> None: ...

    @group.command("list", help="List it as JSON, newest first.")
    @click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
    def list_(limit: int) -> None:
        print_json(in_transaction(start, lambda conn: quarantine.select_all(conn, limit=limit)))

    @group.command(help="Print the bytes of one; they may hold personal data.")
    @click.argument("id", type=UUID)
    def show(id: UUID) -> None:
        found: bytes = in_transaction(start, lambda conn: quarantine.body(conn, id))
        click.echo(found)

    @group.command(help="Try one again, as if it came anew.")
    @click.argument("id", type=UUID)
    def replay(id: UUID) -> None:
        in_transaction(start, lambda conn: quarantine.replay(conn, id))

    @group.command(help="Decide that one is not wanted.")
    @click.argument("id", type=UUID)
    def discard(id: UUID) -> None:
        in_transaction(start, lambda conn: quarantine.discard(conn, id))

    return group


def _outbox(start: Callable[..., runtime.Runtime]) -> click.Group:
    @click.group("outbox", help="Events on their way to the broker.")
    def group() -> None: ...

    @group.command(help="How many wait, and for how long, as JSON.")
    def depth() -> None:
        print_json(in_transaction(start, outbox.depth))

    @group.command(help="Publish again, under the same ids, all that was recorded since a moment (RFC 3339).")
    @click.option("--since", required=True)
    def replay(since: str) -> None:
        print_json({"replayed": in_transaction(start, lambda conn: outbox.replay(conn, since=since))})

    return group


def _openapi(
    name: str, start: Callable[..., runtime.Runtime], create_app: Callable[[runtime.Runtime], Flask]
) -> click.Command:
    @click.command("openapi", help="Print the OpenAPI document.")
    def command() -> None:
        app = create_app(start("command", pool_size=1))
        click.echo(app.test_client().get(f"/{name}/v1/openapi.json").get_data(as_text=True))

    return command
