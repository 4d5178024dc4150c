"""The tests that docs/security.md names for its promises are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"(tests/[\w/]+\.py)(?:::(\w+))?")


def test_each_promise_names_tests_that_there_are() -> None:
    text = (ROOT / "docs/security.md").read_text()
    table = text.partition("## Promises\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if re.match(r"\| \d+ \|", line)]
    missing = [
        (file, test)
        for row in rows
        for file, test in NAMED.findall(row)
        if not (ROOT / file).exists() or (test and f"def {test}(" not in (ROOT / file).read_text())
    ]

    assert {int(row.split("|")[1]) for row in rows} == set(range(1, 17))
    assert all(NAMED.search(row) for row in rows)
    assert missing == []
