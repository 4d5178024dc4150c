"""Runner of operators' commands: the result is JSON on standard output, the log goes to standard error, and the exit
code tells how the command ended (`EXIT_CODES`).
"""

import getpass
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn, TypeVar

import click
import environs
import orjson
import psycopg
import structlog
from psycopg import Connection

from shared import audit, runtime
from shared.errors import DomainError, UnsafeSettings

log = structlog.get_logger()

T = TypeVar("T")
RuntimeFactory = Callable[..., runtime.Runtime]

POLL_SECONDS = 1.0

DONE, REFUSED, MISUSED, UNAVAILABLE, BROKEN, UNSAFE = 0, 1, 2, 3, 70, 78
EXIT_CODES = {
    DONE: "done",
    REFUSED: "refused: what was asked for is not there, or may not be; nothing else is wrong",
    MISUSED: "wrong usage: an unknown option, a missing argument",
    UNAVAILABLE: "the database is away or does not answer: nothing was changed, try again later",
    BROKEN: "a bug of ours: the log on standard error has the traceback",
    UNSAFE: "the settings are missing, malformed or unsafe: standard error lists all that is wrong",
}


class Timestamp(click.ParamType):
    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """A moment in RFC 3339, with its offset, as it was given."""
        try:
            aware = datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            self.fail(f"{value!r} is no moment such as 2026-11-01T00:00:00Z", param, ctx)
        return value


def run(command: click.Command, args: Sequence[str] | None = None) -> NoReturn:
    """Run what the command line, or `args`, ask for, and end the process with its exit code."""
    try:
        code = command.main(args, standalone_mode=False)
    except click.ClickException as refusal:
        refusal.show()
        sys.exit(refusal.exit_code)
    except click.Abort:
        _end("Given up.", REFUSED)
    except environs.EnvValidationError as wrong:
        _end(_listed([f"{name}: {' '.join(map(str, why))}" for name, why in _by_variable(wrong)]), UNSAFE)
    except UnsafeSettings as wrong:
        _end(_listed(wrong.sentences), UNSAFE)
    except psycopg.OperationalError as error:
        _end(f"The database is away: {str(error).strip().partition(chr(10))[0]}", UNAVAILABLE)
    except Exception:
        log.exception("command failed")
        sys.exit(BROKEN)
    sys.exit(code if isinstance(code, int) else DONE)


def _by_variable(wrong: environs.EnvValidationError) -> list[tuple[str, Any]]:
    messages = wrong.error_messages
    return list(messages.items()) if isinstance(messages, dict) else [("environment", messages)]


def _listed(sentences: list[str]) -> str:
    return "\n".join(
        ["These settings are not allowed (docs/settings.md):", *(f"  - {one.rstrip('.')}." for one in sentences)]
    )


def _end(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


def in_transaction(start: RuntimeFactory, work: Callable[[Connection], Any]) -> Any:
    """Run `work(conn)` in a transaction of this service; a refusal of the domain ends the command with its reason and
    exit code 1.
    """
    with _opened(start), runtime.transaction() as conn:
        return work(conn)


def poll_until(
    start: RuntimeFactory, read: Callable[[Connection], T], *, until: Callable[[T], bool], seconds: int
) -> T:
    """Poll `read(conn)` until its result is as wanted or the seconds have passed, and return it. Refusals as above."""
    deadline = time.monotonic() + seconds
    with _opened(start):
        while True:
            with runtime.transaction() as conn:
                found = read(conn)
            if until(found) or time.monotonic() >= deadline:
                return found
            time.sleep(POLL_SECONDS)


@contextmanager
def _opened(start: RuntimeFactory) -> Iterator[None]:
    present = start("command", pool_size=1)
    present.database.open()
    try:
        with runtime.use(present):
            yield
    except DomainError as refusal:
        raise click.ClickException(refusal.detail) from None
    finally:
        present.database.close()


def print_outcome(answer: dict[str, Any], *, refused: bool) -> None:
    """Print what became of several things; some that were `refused` make the exit code 1."""
    print_json(answer)
    if refused:
        raise click.exceptions.Exit(REFUSED)


def os_user() -> str:
    """Return the operating system's name of the user who runs this; a container's user may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


actor_option = click.option(
    "--as", "actor", default=os_user, metavar="NAME", help="Who does this, for the audit log; else the OS user."
)
wait_option = click.option(
    "--wait",
    default=0,
    metavar="SECONDS",
    type=click.IntRange(0, 86_400),
    help="Wait so long for all of it to be done; else exit code 3.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only tell what would be done.")


def record_operator_action(
    conn: Connection, actor: str, action: str, subject: object, changes: dict[str, Any] | None = None
) -> None:
    """Write down in the audit log what an operator did, in the transaction that does it."""
    audit.record(conn, actor=f"operator {actor}", action=action, subject=str(subject), changes=changes or {})
