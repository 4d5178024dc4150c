"""Checks whether the processes of the system are ready, and reads the logs of those that are not."""

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from deploy.errors import DeployError
from deploy.waiting import TooLateError, wait_until

LOG_LINES = 6


class NotReadyError(DeployError):
    """Names the processes that did not become ready, with the end of their logs."""


def answers(url: str) -> bool:
    """True if `url`, on this machine, answers 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_ready(addresses: dict[str, str], logs: Path, *, seconds: float, arrived: Callable[[str], None]) -> None:
    """Return when all of `addresses`, by the process's name, answer 200; tells each that does. Raises NotReadyError."""
    missing = dict(addresses)

    def ask() -> bool:
        for name, url in list(missing.items()):
            if answers(url):
                del missing[name]
                arrived(name)
        return not missing

    try:
        wait_until(ask, seconds, "every process")
    except TooLateError:
        ends = "\n".join(f"--- {name}, whose log ends:\n{log_end(logs / f'{name}.log')}" for name in missing)
        raise NotReadyError(f"Not ready within {seconds:.0f} seconds: {', '.join(missing)}.\n{ends}") from None


def log_end(file: Path) -> str:
    """The last lines of a log, cut to a readable width."""
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    return "\n".join(line[:300] for line in lines[-LOG_LINES:])
