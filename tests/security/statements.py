"""What the code of a service does with the rows of its tables, read from its SQL."""

import re
from collections import defaultdict

from tests.servers.databases import ROOT

STRING = re.compile(r'"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"', re.DOTALL)
VERBS = {
    "INSERT": re.compile(r"\bINSERT INTO\s+(\w+)"),
    "UPDATE": re.compile(r"(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE\s+(\w+)"),
    "DELETE": re.compile(r"\bDELETE FROM\s+(\w+)"),
}
# Whoever inserts or changes what stands there, and whoever locks a row, needs the right to change it.
UPSERT = re.compile(
    r"\bINSERT INTO\s+(\w+)(?:(?!INSERT INTO).)*?\bON CONFLICT\b(?:(?!INSERT INTO).)*?\bDO UPDATE\b", re.DOTALL
)
LOCKED = re.compile(r"\bFROM\s+(\w+)(?:(?!\bFROM\b).)*?\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b", re.DOTALL)


def find(*folders: str) -> dict[str, set[str]]:
    """By table, the verbs in the SQL of the modules in these folders of the repository."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for match in STRING.finditer(file.read_text()):
                _read(match[1] or match[2] or "", found)
    return dict(found)


def _read(text: str, found: dict[str, set[str]]) -> None:
    for verb, pattern in VERBS.items():
        for table in pattern.findall(text):
            found[table].add(verb)
    for table in (*UPSERT.findall(text), *LOCKED.findall(text)):
        found[table].add("UPDATE")
