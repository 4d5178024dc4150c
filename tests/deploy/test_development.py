"""`make dev` restarts the services whose code or templates were changed, and no others."""

import os
from pathlib import Path

import pytest

from deploy import development
from deploy.development import Development
from deploy.native.system import NativeSystem


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a file of a service, a template of another, and one of the shared library."""
    monkeypatch.setattr(development, "ROOT", tmp_path)
    monkeypatch.setattr(development, "REQUESTS", tmp_path / "restarts")
    for name in ("services/catalog/app.py", "services/registration/templates/page.html", "shared/clock.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "restarted"),
    [
        ("services/catalog/app.py", ["catalog"]),
        ("services/registration/templates/page.html", ["registration"]),
        ("services/notifications/new.py", ["notifications"]),
        ("shared/clock.py", ["catalog", "registration", "notifications"]),
        ("services/catalog/notes.swp", []),
    ],
)
def test_a_change_restarts_the_services_that_use_the_file(tree: Path, changed: str, restarted: list[str]) -> None:
    system = Development(NativeSystem(tree / "system"))
    assert system.changed() == []

    (tree / changed).parent.mkdir(parents=True, exist_ok=True)
    (tree / changed).write_text("changed")
    os.utime(tree / changed, ns=(1, 1))

    assert system.changed() == restarted
    assert system.changed() == []


def test_make_restart_asks_a_running_make_dev(tree: Path) -> None:
    system = Development(NativeSystem(tree / "system"))

    development.request_restart("catalog")

    assert system.changed() == ["catalog"]
