"""Refusals as real mail servers word them, each with what it says: the lines of replies.txt."""

from pathlib import Path

VERDICTS = ("hard", "soft", "policy", "unknown")


def _read() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    verdict = ""
    for line in (Path(__file__).parent / "replies.txt").read_text().splitlines():
        if line.removeprefix("# ") in VERDICTS:
            verdict = line.removeprefix("# ")
        elif line and not line.startswith("#"):
            found.append((verdict, line.replace("\\n", "\n")))
    return found


REPLIES = _read()
