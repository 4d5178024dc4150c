"""What the code of a service does with the rows of its tables, read from its SQL."""

import re
from collections import defaultdict

from tests.servers.databases import ROOT

STRING = re.compile(r'"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"', re.DOTALL)
# What a function of a migration does, it does with the rights of whoever calls it, unless it says otherwise.
FUNCTION = re.compile(r"CREATE FUNCTION((?:(?!\$\$|SECURITY DEFINER).)*)\$\$(.*?)\$\$", re.DOTALL)
VERBS = {
    "INSERT": re.compile(r"\bINSERT INTO\s+(\w+)"),
    "UPDATE": re.compile(r"(?<!FOR )(?<!KEY )(?<!DO )\bUPDATE\s+(\w+)"),
    "DELETE": re.compile(r"\bDELETE FROM\s+(\w+)"),
}
# Whoever inserts or changes what stands there, and whoever locks a row, needs the right to change it.
UPSERT = re.compile(
    r"\bINSERT INTO\s+(\w+)(?:(?!INSERT INTO).)*?\bON CONFLICT\b(?:(?!INSERT INTO).)*?\bDO UPDATE\b", re.DOTALL
)
# A statement that `shared.projections` builds for a table.
BUILT = re.compile(r'\bupsert_newer\(\s*conn,\s*"(\w+)"')
LOCKED = re.compile(r"\bFROM\s+(\w+)(?:(?!\bFROM\b).)*?\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b", re.DOTALL)


def find(*folders: str) -> dict[str, set[str]]:
    """By table, the verbs in the SQL of the modules, and of the functions, in these folders of the repository."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for table in BUILT.findall(file.read_text()):
                found[table].update({"INSERT", "UPDATE"})
            for match in STRING.finditer(file.read_text()):
                _read(match[1] or match[2] or "", found)
        for file in sorted((ROOT / folder).rglob("*.sql")):
            for _, function in FUNCTION.findall(file.read_text()):
                _read(function, found)
    return dict(found)


def _read(text: str, found: dict[str, set[str]]) -> None:
    for verb, pattern in VERBS.items():
        for table in pattern.findall(text):
            found[table].add(verb)
    for table in (*UPSERT.findall(text), *LOCKED.findall(text)):
        found[table].add("UPDATE")
