"""Ends the supervisor that runs this when the process that launched it is gone: `python -m deploy.native.owner PID`.

So an interrupted `make up`, or a test run that was killed, leaves nothing running.
"""

import os
import select
import signal
import sys
from contextlib import suppress


def main(owner: int) -> None:
    with suppress(ProcessLookupError):
        select.select([os.pidfd_open(owner)], [], [])  # readable once that process has ended
    os.kill(os.getppid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
