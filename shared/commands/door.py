"""How every command of an operator runs: its answer is JSON on standard output, its log goes to standard error, and its
exit code says how it ended (`EXIT_CODES`).
"""

import getpass
import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import click
import environs
import orjson
import psycopg
import structlog
from psycopg import Connection

from shared import audit, runtime
from shared.errors import DomainError, UnsafeSettings

log = structlog.get_logger()

Start = Callable[..., runtime.Runtime]

DONE, REFUSED, MISUSED, AWAY, BROKEN = 0, 1, 2, 3, 70
EXIT_CODES = {
    DONE: "Done.",
    REFUSED: "Refused, or nothing found: standard error says why. Nothing was changed, or only what is listed as done.",
    MISUSED: "Wrong usage: an unknown option, a missing argument, a setting that is missing or unsafe.",
    AWAY: "A server is away, or another service has not answered yet: try again later.",
    BROKEN: "A bug of ours: the log on standard error has the traceback. Nothing was changed.",
}


class Moment(click.ParamType):
    """A moment in RFC 3339 with its offset, such as 2026-11-01T00:00:00Z; given on as it was typed."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            aware = datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            self.fail(f"{value!r} is no moment such as 2026-11-01T00:00:00Z", param, ctx)
        return value


def run(group: click.Group) -> NoReturn:
    """Run what the command line asks for, and end the process with its exit code."""
    try:
        code = group.main(standalone_mode=False)
    except click.ClickException as refusal:
        refusal.show()
        sys.exit(refusal.exit_code)
    except click.Abort:
        _end("Given up.", REFUSED)
    except (environs.EnvError, UnsafeSettings) as wrong:
        _end(f"These settings may not stand (docs/settings.md): {wrong}", MISUSED)
    except psycopg.OperationalError as error:
        _end(f"The database does not answer: {type(error).__name__}", AWAY)
    except Exception:
        log.exception("command failed")
        sys.exit(BROKEN)
    sys.exit(code if isinstance(code, int) else DONE)


def _end(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


def in_transaction(start: Start, work: Callable[[Connection], Any]) -> Any:
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


def tell(answer: dict[str, Any], *, found: bool) -> None:
    """Print what was done; that nothing was `found` is exit code 1."""
    print_json(answer)
    if not found:
        click.echo("Nothing matches.", err=True)
        raise click.exceptions.Exit(REFUSED)


def user() -> str:
    """Who runs this, by the operating system; a container's user need not have a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


acting = click.option(
    "--as", "actor", default=user, metavar="NAME", help="Who does this, for the audit log; else the OS user."
)
trying = click.option("--dry-run", is_flag=True, help="Only tell what would be done.")


def signature(actor: str) -> str:
    """How the audit log names who did something by a command."""
    return f"operator {actor}"


def note(conn: Connection, actor: str, action: str, subject: object, changes: dict[str, Any] | None = None) -> None:
    """Write down in the audit log what an operator did, in the transaction that does it."""
    audit.record(conn, actor=signature(actor), action=action, subject=str(subject), changes=changes or {})
