"""Guards: they check permissions before validation, stored responses, conditions and the existence of an entry.

A guard is outside of all decorators that respond; tests/structure holds that over all routes. Those of staff are
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
