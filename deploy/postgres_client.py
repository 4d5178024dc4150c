"""PostgreSQL's own programs, run against the system's server as its superuser, in either mode."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from deploy.errors import DeployError

DATABASE = "convene"
QUIETLY = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]


class DatabaseFailedError(DeployError):
    """A program of PostgreSQL failed; says what it wrote."""


@dataclass(frozen=True)
class Client:
    """`command` returns the command line of a program such as `psql`; `environment` is added to its variables."""

    command: Callable[[str], list[str]]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, program: str, *arguments: str, given: IO[bytes] | None = None, into: IO[bytes] | None = None) -> str:
        """Run it to its end; what it wrote, unless that goes `into` a file. Raises DatabaseFailedError."""
        result = subprocess.run(
            [*self.command(program), *arguments],
            env={**os.environ, **self.environment},
            stdin=given or subprocess.DEVNULL,
            stdout=into or subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
        if result.returncode:
            raise DatabaseFailedError(f"{program} failed:\n{result.stderr.decode(errors='replace')[-3000:]}")
        return (result.stdout or b"").decode()

    def ask(self, sql: str, *, database: str = DATABASE) -> Any:
        """The answer to a statement that has one row of one column, in JSON; None where it has none."""
        answer = self.run("psql", *QUIETLY, f"--dbname={database}", f"--command={sql}").strip()
        return json.loads(answer) if answer else None

    @contextmanager
    def snapshot(self) -> Iterator["Snapshot"]:
        """One moment of the database, seen for as long as the block lasts."""
        process = subprocess.Popen(
            [*self.command("psql"), *QUIETLY, f"--dbname={DATABASE}"],
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield Snapshot(process)
        finally:
            process.communicate("ROLLBACK;\n")


class Snapshot:
    """`id` is what `pg_dump --snapshot` takes, `taken_at` the moment (RFC 3339)."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._say("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = self.ask("SELECT json_build_object('id', pg_export_snapshot(), 'taken_at', clock_timestamp())")
        self.id: str = found["id"]
        self.taken_at: str = found["taken_at"]

    def ask(self, sql: str) -> Any:
        """The answer to a statement that has one row of one column, in JSON of one line."""
        self._say(sql)
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            _, said = self._process.communicate()
            raise DatabaseFailedError(f"psql failed:\n{said[-3000:]}")
        return json.loads(line)

    def _say(self, sql: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{sql};\n")
        self._process.stdin.flush()
