"""Which test shows what: `python -m tests.security.coverage` writes the last section of docs/security.md from the
markers `@pytest.mark.covers("API1:2023", "ASVS 8.2.2")`, without running a test.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.security import standards
from tests.servers.databases import ROOT

PAGE = ROOT / "docs" / "security.md"
HEADING = "## What is tested"
HEAD = f"""{HEADING}

Written by `.venv/bin/python -m tests.security.coverage` from the markers `covers` of the tests: the OWASP API
Security Top 10 of 2023, and requirements of OWASP ASVS 5.0.0. `make security` runs those in tests/security,
`make test` the others.

| item | about | tests |
| --- | --- | --- |
"""
Covered = dict[str, dict[Path, list[str]]]


def covered() -> Covered:
    """By item, the names of the tests that cover it, by file."""
    found: Covered = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text())
        everywhere = [item for node in tree.body if _is_pytestmark(node) for item in _items(node)]
        for test in _tests(tree):
            own = [item for decorator in test.decorator_list for item in _items(decorator)]
            for item in dict.fromkeys((*everywhere, *own)):
                found.setdefault(item, {}).setdefault(file, []).append(test.name)
    return found


def section() -> str:
    """The section, with a line for each item."""
    known = covered()
    return HEAD + "".join(_line(item, known[item]) for item in sorted(known, key=standards.order))


def page() -> str:
    """docs/security.md as it should be."""
    written = PAGE.read_text()
    return written[: written.index(HEADING)] + section()


def _line(item: str, files: dict[Path, list[str]]) -> str:
    told = [
        f"[{file.relative_to(ROOT / 'tests')}](../{file.relative_to(ROOT)}): {', '.join(map(_claim, tests))}"
        for file, tests in files.items()
    ]
    return f"| {item} | {standards.title(item)} | {'<br>'.join(told)} |\n"


def _claim(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _items(node: ast.AST) -> Iterator[str]:
    """What the calls of `pytest.mark.covers` below a node name."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.covers":
            yield from (ast.literal_eval(argument) for argument in call.args)


if __name__ == "__main__":
    PAGE.write_text(page())
