"""The import rules inside a service, beyond import-linter's floors.

Within a subject imports go from entry points to `domain` to `queries` or `schemas`. Only `app` imports entry points,
and below them nothing reads ambient state.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.secrets import SERVICES

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINTS = {"api", "public_pages", "staff_pages", "handlers", "jobs", "cli"}
ROOT_MODULES = {"app", "__main__"}
# Modules below the entry points that still read ambient state. Only remove lines.
STILL_AMBIENT = {
    "services.catalog.availability.representations", "services.catalog.discovery.listing",
    "services.catalog.discovery.session_cache", "services.catalog.editing.preview", "services.catalog.entries.urls",
    "services.catalog.entry_forms.session_forms", "services.catalog.entry_pages.page_contents",
    "services.catalog.feeds.calendars", "services.catalog.feeds.news",
    "services.catalog.public_layout.page_rendering", "services.catalog.publishing.domain",
    "services.catalog.sessions.details", "services.catalog.sessions.representations",
    "services.catalog.text_index.domain", "services.registration.certificates.domain",
    "services.registration.groups.domain", "services.registration.groups.group_urls",
    "services.registration.learners.access", "services.registration.learners.domain",
    "services.registration.links.page_urls", "services.registration.registrations.receipts",
    "services.registration.reports.participation", "services.registration.sign_up.domain",
    "services.registration.tickets.domain", "services.notifications.messages.queries",
    "services.notifications.newsletters.domain", "services.notifications.newsletters.issue_contents",
    "services.notifications.subscriptions.domain",
}  # fmt: skip


def imported(file: Path) -> Iterator[str]:
    """Dotted names that a module imports; `from a import b` gives both `a` and `a.b`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_of(root: Path, service: str) -> dict[str, Path]:
    """The modules of a service by dotted name."""
    files = (root / "services" / service).rglob("*.py")
    return {".".join(file.relative_to(root).with_suffix("").parts): file for file in files}


def find_violations(root: Path, service: str) -> list[str]:
    """Imports that a service may not have, as `importer imports imported`."""
    modules = modules_of(root, service)
    found = {
        (name, target)
        for name, file in modules.items()
        for target in set(imported(file)) & modules.keys()
        if name != target and _is_wrong(name, target, service)
    }
    return sorted(f"{name} imports {target}" for name, target in found)


def _is_wrong(name: str, target: str, service: str) -> bool:
    (subject, own), (target_subject, imports) = name.rsplit(".", 1), target.rsplit(".", 1)
    if subject == f"services.{service}":
        return own not in ROOT_MODULES and imports in ENTRY_POINTS
    if imports in ENTRY_POINTS or target == f"services.{service}.app":
        return True
    return subject == target_subject and own in ("queries", "schemas") and imports in ("domain", "queries", "schemas")


def find_ambient_reads(root: Path, service: str) -> list[str]:
    """Modules below the entry points that import `shared.runtime`."""
    return sorted(
        name
        for name, file in modules_of(root, service).items()
        if name.rsplit(".", 1)[1] not in ENTRY_POINTS | ROOT_MODULES and "shared.runtime" in set(imported(file))
    )


@pytest.mark.parametrize("service", SERVICES)
def test_imports_point_down_within_a_subject(service: str) -> None:
    assert find_violations(ROOT, service) == []


def test_no_further_module_below_an_entry_point_reads_ambient_state() -> None:
    assert {name for service in SERVICES for name in find_ambient_reads(ROOT, service)} == STILL_AMBIENT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the Python packages, into which violations can be planted."""
    for package in ("services", "shared", "deploy"):
        for file in (ROOT / package).rglob("*.py"):
            to = tmp_path / file.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def plant(copy: Path, module: str, statement: str) -> None:
    """Append an import to a module of the copy."""
    with (copy / (module.replace(".", "/") + ".py")).open("a") as file:
        file.write(f"\n{statement}\n")


@pytest.mark.parametrize(
    ("service", "module", "imports"),
    [
        ("catalog", "services.catalog.comments.queries", "services.catalog.comments.domain"),
        ("catalog", "services.catalog.comments.schemas", "services.catalog.comments.queries"),
        ("catalog", "services.catalog.comments.domain", "services.catalog.comments.staff_pages"),
        ("catalog", "services.catalog.comments.api", "services.catalog.comments.staff_pages"),
        ("catalog", "services.catalog.exports.domain", "services.catalog.imports.cli"),
        ("catalog", "services.catalog.settings", "services.catalog.imports.jobs"),
        ("catalog", "services.catalog.exports.domain", "services.catalog.app"),
        ("registration", "services.registration.people.queries", "services.registration.reports.api"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, service: str, module: str, imports: str) -> None:
    (copy / (imports.replace(".", "/") + ".py")).touch()
    before = find_violations(copy, service)

    plant(copy, module, f"import {imports}")

    assert set(find_violations(copy, service)) - set(before) == {f"{module} imports {imports}"}


@pytest.mark.parametrize("statement", ["from shared.runtime import settings", "from shared import runtime"])
def test_a_read_of_ambient_state_is_found(copy: Path, statement: str) -> None:
    plant(copy, "services.catalog.comments.domain", statement)

    assert "services.catalog.comments.domain" in find_ambient_reads(copy, "catalog")


def test_import_linter_finds_a_forbidden_import_of_each_kind(copy: Path) -> None:
    plant(copy, "services.catalog.taxonomy.vocabularies", "import services.catalog.editing.domain")
    plant(copy, "services.catalog.settings", "import services.registration.settings")
    plant(copy, "shared.clock", "import services.catalog.settings")
    plant(copy, "services.notifications.settings", "import deploy.secrets")

    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [lint, "--no-cache"], cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True
    )
    broken = {line.removesuffix(" BROKEN") for line in run.stdout.splitlines() if line.endswith(" BROKEN")}

    assert run.returncode
    assert broken >= {
        "No service imports another",
        "The shared library imports no service",
        "What is deployed does not know how",
        "Floors of the catalog",
    }
