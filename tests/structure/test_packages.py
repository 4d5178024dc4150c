"""The packages that a service's code imports are in its image."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.secrets import SERVICES

ROOT = Path(__file__).resolve().parents[2]
OURS = {"shared", "services", "deploy"}
OWNERS = packages_distributions()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def files_of(service: str) -> list[Path]:
    """The modules of ours that the service loads, and all of its own."""
    program = (
        f"import sys, services.{service}.app; print(*(getattr(m, '__file__', None) for m in sys.modules.values()))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    found = {Path(name) for name in loaded.stdout.split() if name.startswith(str(ROOT)) and "/.venv/" not in name}
    return sorted(found | set((ROOT / "services" / service).rglob("*.py")))


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_imports_is_locked_for_it(service: str) -> None:
    lock = (ROOT / "requirements" / f"{service}.txt").read_text()
    locked = {normal(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    files = files_of(service)
    names = {name for file in files for name in imported(file)} - OURS - sys.stdlib_module_names

    missing = {name for name in names if not {normal(owner) for owner in OWNERS.get(name, [])} & locked}

    assert len(files) > 100
    assert missing == set()
