"""One process's clock set off, by libfaketime, which Debian's package `faketime` brings.

What is set off is what the process takes for the time of day; its monotonic clock, and with it every time-out,
heartbeat and lease that counts seconds, goes as it is. The programme's own clock (CLOCK_FILE) is another matter: it is
one for all, and moves with intent. A process whose machine has the wrong time is wrong in more than that: the times of
its logs, signatures, tokens, mails and TLS.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path

LIBRARY = "libfaketimeMT.so.1"  # for processes with several threads
TRIED = "import time; print(time.time(), time.monotonic())"


def environment(offset_seconds: float) -> dict[str, str]:
    """What a process is started with whose clock is so much ahead of the machine's, or behind where negative."""
    library = _library()
    assert library, "the package faketime is not installed"
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{offset_seconds:+.3f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
    }


@cache
def available() -> bool:
    """Whether a process's clock can be set off here."""
    if _library() is None:
        return False
    seen = subprocess.run([sys.executable, "-c", TRIED], env=environment(3600), capture_output=True, check=False)
    real = subprocess.run([sys.executable, "-c", TRIED], env={}, capture_output=True, check=False)
    if seen.returncode or real.returncode:
        return False
    return float(seen.stdout.split()[0]) - float(real.stdout.split()[0]) > 3000


def _library() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))), None)
