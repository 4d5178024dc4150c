"""The programme's clock.

The database's clock is the one that judges: SQL says `programme_now()`. In production that is `now()`. In development
a file (`CLOCK_FILE`) may hold the seconds by which the programme's time differs from real time, so that a
demonstration can move through years. Leases, retries and retention are not the programme's business: they use the
database's `clock_timestamp()`.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Tells the programme's time to Python code, and its offset to the database."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.last = 0.0

    def offset(self) -> float:
        """Seconds to add to real time; 0 where the clock is not controlled."""
        if self.file is None:
            return 0.0
        with suppress(FileNotFoundError, ValueError):  # not written yet, or being written: time does not jump for that
            self.last = float(self.file.read_text())
        return self.last

    def now(self) -> datetime:
        """The programme's present moment, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset())
