"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable

from deploy.errors import DeployError

PAUSE = 0.05


class TooLateError(DeployError):
    """The condition did not hold in time."""


def wait_until(check: Callable[[], object], seconds: float, what: str) -> None:
    """Return when `check` holds. Raises TooLateError, naming `what`, if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise TooLateError(f"Waited {seconds:.0f} seconds for {what}, in vain.")
        time.sleep(PAUSE)
