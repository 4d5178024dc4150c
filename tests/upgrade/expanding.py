"""Find in migrations, with squawk, statements that break the previous release while it runs on the schema.

Source: https://squawkhq.com/docs/rules
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.servers.databases import ROOT

# Takes away or changes what code of the previous release may use, or demands what it does not give.
CONTRACTING = {
    "adding-not-nullable-field",
    "adding-required-field",
    "ban-drop-column",
    "ban-drop-constraint",
    "ban-drop-default",
    "ban-drop-function",
    "ban-drop-not-null",
    "ban-drop-schema",
    "ban-drop-sequence",
    "ban-drop-table",
    "ban-drop-type",
    "ban-drop-view",
    "ban-truncate-cascade",
    "changing-column-type",
    "disallowed-unique-constraint",
    "renaming-column",
    "renaming-table",
}
# Holds a lock, under which requests wait, for as long as a table is long.
LOCKING = {
    "adding-field-with-default",
    "adding-foreign-key-constraint",
    "adding-serial-primary-key-field",
    "ban-concurrent-index-creation-in-transaction",
    "constraint-missing-not-valid",
    "require-concurrent-index-creation",
    "require-concurrent-index-deletion",
}
NOT_IN_TRANSACTION = re.compile(r"^-- *transactional: *false$", re.MULTILINE | re.IGNORECASE)
CONTRACT = re.compile(r"^-- contract: since (\d+\.\d+\.\d+) \w.{10,}$", re.MULTILINE)
IGNORED = re.compile(r"^(?P<above>.*)\n-- squawk-ignore(-file)? (?P<rules>[\w, -]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """A statement that does not go with code of the previous release, or with requests meanwhile."""

    line: int
    rule: str
    message: str


def find(migration: Path) -> list[Finding]:
    """Return squawk's findings in a migration, without those that the file itself excuses."""
    text = migration.read_text()
    command = [ROOT / ".venv/bin/squawk", "--reporter", "json", "--pg-version", "17"]
    if not NOT_IN_TRANSACTION.search(text):
        # It takes a statement that stands alone for one outside of a transaction.
        command, text = [*command, "--assume-in-transaction"], f"{text}\nSELECT 1;\n"
    said = subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout
    found = [Finding(one["line"] + 1, one["rule_name"], one["message"]) for one in orjson.loads(said)]
    return [one for one in found if one.rule in CONTRACTING | LOCKING or one.rule == "syntax-error"]


def unexcused(text: str, *, previous: tuple[int, ...]) -> list[str]:
    """Return the excuses of a migration that lack a reason. A reason is in the line above; if something is removed, it
    names the release since which nobody uses it: `previous` or an older one.
    """
    found: list[str] = []
    for excuse in IGNORED.finditer(text):
        rules = {rule.strip() for rule in excuse["rules"].split(",")}
        since = CONTRACT.match(excuse["above"])
        if not excuse["above"].startswith("-- "):
            found.append(f"{excuse['rules']}: no reason in the line above")
        elif rules & CONTRACTING and not since:
            found.append(f"{excuse['rules']}: `-- contract: since VERSION what it was and why it goes` is missing")
        elif since and tuple(map(int, since[1].split("."))) > previous:
            found.append(f"{excuse['rules']}: {since[1]} is not out yet; code that runs beside this may use it")
    return found
