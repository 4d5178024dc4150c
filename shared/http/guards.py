"""Who may go on, decided before anything else answers: validation, kept answers, conditions, what is there at all.

A guard stands outside of all decorators that answer; tests/structure holds that over all routes. Those of staff are
`Blueprint.staff` and `Pages.staff`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any


def guard(check: Callable[..., object]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Wrap a view so that it is reached only where `check`, which is given the parts of the address, raises nothing."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            check(**kwargs)
            return view(*args, **kwargs)

        return guarded

    return decorate
