"""Wait for a condition in tests, with a deadline, instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(check: Callable[[], T], *, seconds: float = 10) -> T:
    """Return what `check` returns as soon as that is true.

    An AssertionError counts as not yet. After `seconds` the last one is raised, or one that shows the last answer.
    """
    deadline = time.monotonic() + seconds
    while True:
        failure, answer = None, None
        try:
            answer = check()
        except AssertionError as error:
            failure = error
        if answer and not failure:
            return answer
        if time.monotonic() > deadline:
            raise failure or AssertionError(f"not within {seconds} seconds; the last answer was {answer!r}")
        time.sleep(0.05)
