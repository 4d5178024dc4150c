"""Invalidation of caches in memory: the cache version is read again when a notification comes, and periodically."""

import threading
import time
from collections.abc import Callable, Hashable

CacheVersion = Hashable


class CacheVersionMonitor:
    """Polls `read` for the current cache version every `seconds`, and at once when `invalidated` is set.

    A failure of `read` is kept as long as a version would be, so that the next caller does not wait for it again.
    """

    def __init__(self, read: Callable[[], CacheVersion], *, seconds: float) -> None:
        self.read = read
        self.seconds = seconds
        self.invalidated = threading.Event()
        self.lock = threading.Lock()
        self.until = 0.0
        self.known: CacheVersion = None
        self.failure: Exception | None = None

    def current(self) -> CacheVersion:
        """Return the version: the same object as long as it is valid. Raises what `read` raised."""
        if self.invalidated.is_set() or time.monotonic() >= self.until:
            with self.lock:
                if self.invalidated.is_set() or time.monotonic() >= self.until:
                    self._read()
        if self.failure:
            raise self.failure
        return self.known

    def _read(self) -> None:
        self.invalidated.clear()  # before it is read: what happens in between rings again
        try:
            found, self.failure = self.read(), None
        except Exception as error:
            self.failure = error
        else:
            if found != self.known:
                self.known = found
        self.until = time.monotonic() + self.seconds
