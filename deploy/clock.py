"""Sets the programme's clock of a development system: `python -m deploy.clock FILE MOMENT`.

FILE (the services' CLOCK_FILE) holds the seconds by which the programme's time differs from real time. MOMENT is
RFC 3339, or empty for real time.
"""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path


def set_clock(file: Path, moment: str) -> None:
    """From now on the programme's time runs on from `moment`. A reader sees the old offset or the new, never a part."""
    offset = (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds() if moment else 0.0
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
        draft.write(repr(offset))
    Path(draft.name).chmod(0o644)
    Path(draft.name).replace(file)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.clock", description="Set the programme's clock.")
    parser.add_argument("file", type=Path)
    parser.add_argument("moment", help="e.g. 2016-12-15T10:00:00-06:00; empty for real time")
    parser.add_argument("--keep", action="store_true", help="leave a clock that was set before")
    arguments = parser.parse_args()
    if not (arguments.keep and arguments.file.exists()):
        set_clock(arguments.file, arguments.moment)


if __name__ == "__main__":
    main()
