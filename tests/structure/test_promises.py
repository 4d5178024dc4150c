"""docs/reliability.md names the test of each promise, and no other."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
ROW = re.compile(r"^\| (P\d+) \|(.*)$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py::\w+)`")


def test_every_promise_is_on_the_page_in_its_order() -> None:
    assert [number for number, _ in ROW.findall(PAGE.read_text())] == [f"P{number}" for number in range(1, 28)]


def test_the_page_names_for_each_promise_the_tests_that_are_marked_with_it() -> None:
    named = {number: set(TEST.findall(row)) for number, row in ROW.findall(PAGE.read_text())}

    assert {number: tests for number, tests in named.items() if tests} == _marked()


def _marked() -> dict[str, set[str]]:
    """Return the tests marked with each promise."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                for number in _numbers(node):
                    found[number].add(f"{file.relative_to(ROOT)}::{node.name}")
    return dict(found)


def _numbers(test: ast.FunctionDef) -> list[str]:
    marks = [mark for mark in test.decorator_list if ast.unparse(mark).startswith("pytest.mark.promise(")]
    return [ast.literal_eval(arg) for mark in marks if isinstance(mark, ast.Call) for arg in mark.args]
