"""Names of modules and classes of the services, and how long functions and modules may be."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.secrets import SERVICES

ROOT = Path(__file__).resolve().parents[2]
# Names of modules that every subject may have; `app` and the others of a service's root are in ROOT_NAMES.
ENTRY_POINTS = {"api", "public_pages", "staff_pages", "handlers", "jobs", "cli"}
FIXED_NAMES = ENTRY_POINTS | {"domain", "queries", "schemas", "representations", "__init__"}
ROOT_NAMES = {"__init__", "__main__", "app", "settings", "permissions"}
# Each of these had several meanings, or one that only this project knew; see the glossary in CONTRIBUTING.md.
REFUSED_NAMES = {
    "addresses", "answers", "badges", "base", "commands", "common", "cursors", "desk", "documents", "door", "editor",
    "fields", "helpers", "learning", "letters", "manager", "managing", "measures", "moments", "pages", "parts",
    "provider", "reading", "records", "restating", "rights", "shelf", "showing", "snapshots", "staffing", "talking",
    "telling", "utils", "watching", "wishes", "wording",
}  # fmt: skip
LONGEST_FUNCTION, LONGEST_MODULE = 40, 250
# Folders whose functions keep the limit, too.
CHECKED_FOR_FUNCTIONS = ("shared", "deploy")


def modules_of(root: Path, service: str) -> dict[str, ast.Module]:
    """The parsed modules of a service by path, relative to its folder."""
    folder = root / "services" / service
    return {str(file.relative_to(folder)): ast.parse(file.read_text()) for file in sorted(folder.rglob("*.py"))}


def find_wrong_names(modules: dict[str, ast.Module]) -> Iterator[str]:
    """Modules with a refused name, outside a subject, or with the name of another module."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules:
        name = Path(path).stem
        if "/" not in path and name not in ROOT_NAMES:
            yield f"{path} belongs into a subject"
        elif name in REFUSED_NAMES:
            yield f"{path} has a name that only this project would understand"
        elif "/" in path and name not in FIXED_NAMES:
            places[name].append(path)
    yield from (f"{' and '.join(paths)} have one name" for paths in places.values() if len(paths) > 1)


def find_repeated_classes(modules: dict[str, ast.Module]) -> Iterator[str]:
    """Classes whose name another class of the service has."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(path)
    yield from (f"{name} is in {' and '.join(paths)}" for name, paths in places.items() if len(paths) > 1)


def find_too_long(modules: dict[str, ast.Module]) -> Iterator[str]:
    """Functions and modules that are longer than they may be."""
    for path, tree in modules.items():
        if tree.body and (lines := tree.body[-1].end_lineno or 0) > LONGEST_MODULE:
            yield f"{path} has {lines} lines"
        yield from find_long_functions(path, tree)


def find_long_functions(path: str, tree: ast.Module) -> Iterator[str]:
    """Functions of a module that are longer than they may be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION:
            yield f"{path}: {node.name} has {lines} lines"


@pytest.mark.parametrize("service", SERVICES)
def test_modules_have_standard_names_of_their_own(service: str) -> None:
    assert list(find_wrong_names(modules_of(ROOT, service))) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_class_name_is_used_twice(service: str) -> None:
    assert list(find_repeated_classes(modules_of(ROOT, service))) == []


def test_functions_and_modules_stay_short() -> None:
    assert [one for service in SERVICES for one in find_too_long(modules_of(ROOT, service))] == []


@pytest.mark.parametrize("folder", CHECKED_FOR_FUNCTIONS)
def test_functions_stay_short(folder: str) -> None:
    found = [
        one
        for file in sorted((ROOT / folder).rglob("*.py"))
        for one in find_long_functions(str(file.relative_to(ROOT)), ast.parse(file.read_text()))
    ]
    assert found == []


def test_wrong_names_are_found() -> None:
    empty = ast.parse("")
    modules = dict.fromkeys(
        ["reading.py", "a/desk.py", "a/labels.py", "b/labels.py", "a/domain.py", "b/domain.py"], empty
    )

    assert list(find_wrong_names(modules)) == [
        "reading.py belongs into a subject",
        "a/desk.py has a name that only this project would understand",
        "a/labels.py and b/labels.py have one name",
    ]


def test_repeated_classes_are_found() -> None:
    modules = {"a/domain.py": ast.parse("class Content: ..."), "b/queries.py": ast.parse("class Content: ...")}

    assert list(find_repeated_classes(modules)) == ["Content is in a/domain.py and b/queries.py"]


def test_what_is_too_long_is_found() -> None:
    body = "\n".join(["    pass"] * 41)
    modules = {"a/domain.py": ast.parse(f"def act():\n{body}"), "b/domain.py": ast.parse("\n" * 251 + "pass")}

    assert list(find_too_long(modules)) == ["a/domain.py: act has 42 lines", "b/domain.py has 252 lines"]
