"""The files that staff upload: parts of the program's documents, and a webinar platform's report."""

import csv
import io
from pathlib import Path
from typing import Any

import yaml

from deploy.demo import plan
from deploy.demo.people import Person

SAMPLE = Path(__file__).parent.parent / "sample"
ANNOUNCEMENT = SAMPLE / "ltc-models-for-change.yaml"
WORKSHOP_SCHEDULED = SAMPLE / "later" / "workshop-scheduled.yaml"
COLUMNS = ["Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest"]
STRANGERS = [
    ["Somebody Else", "stranger@elsewhere.example", "13:00", "14:30", "90", "Yes"],
    ["1-555-0100 (by telephone)", "", "13:02", "14:30", "88", "Yes"],
]


def read(file: Path) -> dict[str, Any]:
    """A programme document, as JSON can carry it."""
    return _jsonable(yaml.safe_load(file.read_text(encoding="utf-8")))


def session_of(document: dict[str, Any], slug: str) -> dict[str, Any]:
    """A session's part of a programme document."""
    [part] = [session for session in document["sessions"] if session["slug"] == slug]
    return part


def attendance_report(came: list[Person]) -> tuple[bytes, dict[str, int]]:
    """A platform's report, and what must be found in it: some left at once, some joined twice, strangers came by."""
    rows = [row for person in came for row in _joins(person)]
    table = io.StringIO()
    csv.writer(table).writerows([COLUMNS, *rows, *STRANGERS])
    held = {"matched": len(came), "unmatched": len(STRANGERS), "duplicates": len(rows) - len(came)}
    return table.getvalue().encode(), held


def _joins(person: Person) -> list[list[str]]:
    if not plan.stays(person):
        return [[person.name, person.email, "13:00", "13:05", "5", "No"]]
    if plan.joins_twice(person):
        return [
            [person.name, person.email.upper(), "13:00", "13:30", "30", "No"],
            [person.name, person.email, "13:35", "14:30", "55", "No"],
        ]
    return [[person.name, person.email, "13:00", "14:30", "90", "No"]]


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _jsonable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_jsonable(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
