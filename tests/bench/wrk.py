"""Load from wrk: one thread, sixteen connections."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.bench.client import UnexpectedAnswerError

PATHS = Path(__file__).with_name("paths.lua")

# A disk that stalls is slow, and no failure.
PATIENCE = "10s"


def program() -> str | None:
    """Return the path of wrk; None if it is not installed."""
    return shutil.which("wrk")


def measure(url: str, *, seconds: int, **headers: str) -> float:
    """Requests a second that `url` answers. Raises UnexpectedAnswerError where some were refused."""
    named = [part for name, value in headers.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]
    return _run(seconds, [*named, url])


def measure_paths(origin: str, paths: Iterable[str], *, file: Path, seconds: int) -> float:
    """Requests a second when it is these paths that are asked, one after the other. `file` holds them meanwhile."""
    file.write_text("\n".join(paths))
    return _run(seconds, ["-s", str(PATHS), origin, "--", str(file)])


def measure_script(url: str, script: Path, environment: dict[str, str], *, seconds: int, refused: bool) -> float:
    """Requests a second that a script of wrk makes of its own; `refused` says whether all of them must be."""
    return _run(seconds, ["-s", str(script), url], environment=environment, refused=refused)


def _run(
    seconds: int, arguments: list[str], *, environment: dict[str, str] | None = None, refused: bool = False
) -> float:
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", PATIENCE, *arguments]
    env = {**os.environ, **(environment or {})}
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if not found or ("Non-2xx" in output) != refused or "Socket errors" in output:
        raise UnexpectedAnswerError(output)
    return float(found[1])
