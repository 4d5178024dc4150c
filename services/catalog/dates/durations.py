"""Durations in ISO 8601: hours, minutes and seconds."""

import re

DURATION = re.compile(r"PT(?=\d)(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,6})S)?", re.ASCII)


def read_duration(text: str) -> int:
    """Return the seconds of a duration such as `PT1H30M`. Raises ValueError if the text is no ISO 8601 duration, or is
    zero.
    """
    match = DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not (total := hours * 3600 + minutes * 60 + seconds):
        raise ValueError("Not a duration in ISO 8601, such as PT1H30M.")
    return total


def write_duration(seconds: int) -> str:
    """Return a number of seconds as a duration: `PT1H30M` for 5400."""
    parts = ((seconds // 3600, "H"), (seconds % 3600 // 60, "M"), (seconds % 60, "S"))
    return "PT" + "".join(f"{number}{unit}" for number, unit in parts if number)
