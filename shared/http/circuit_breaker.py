"""Asking a server that may hang, so that it never holds more than a few threads of a process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import ProviderAway

MAX_CONCURRENT = 2
WAIT = 1.0
PAUSE = 10.0


class CircuitBreaker:
    """Lets few at a time ask the identity provider, and nobody for a while after it did not answer."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(MAX_CONCURRENT)
        self._closed_until = 0.0
        self._ailing = False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Call the provider within the block. Raises ProviderAway if the circuit is open, and instead of an OSError."""
        if time.monotonic() < self._closed_until or not self._places.acquire(timeout=0 if self._ailing else WAIT):
            raise _away()
        try:
            yield
            self._ailing = False
        except OSError:
            self._ailing = True
            self._closed_until = time.monotonic() + PAUSE
            raise _away() from None
        finally:
            self._places.release()


def _away() -> ProviderAway:
    return ProviderAway("The identity provider does not answer. Please try again later.", seconds=round(PAUSE))
