"""An external database belongs to one folder: a copy of that folder neither uses nor removes it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.errors import DeployError
from deploy.native import accounts

Make = Callable[[str], Path]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A folder whose database is elsewhere, since PostgreSQL's account cannot reach it."""
    monkeypatch.setattr(accounts, "database_account", lambda: "postgres")
    monkeypatch.setattr(accounts, "_reaches", lambda *_: False)
    monkeypatch.setattr(accounts, "_elsewhere", lambda folder: tmp_path / f"of-{folder.parent.name}")
    monkeypatch.setattr(accounts.shutil, "chown", lambda *_: None)

    def make(name: str) -> Path:
        folder = tmp_path / name / "postgres"
        (accounts.database_folder(folder) / "data").mkdir()
        return folder

    return make


def test_a_copy_neither_uses_nor_removes_the_database_of_its_origin(make: Make, tmp_path: Path) -> None:
    origin = make("origin")
    shutil.copytree(origin.parent, tmp_path / "copy", symlinks=True)
    copy = tmp_path / "copy" / "postgres"

    with pytest.raises(DeployError, match="another folder"):
        accounts.database_folder(copy)
    accounts.remove_database_folder(copy)

    assert not copy.is_symlink()
    assert (accounts.database_folder(origin) / "data").exists()


def test_a_folder_that_was_moved_keeps_its_database(make: Make, tmp_path: Path) -> None:
    origin = make("origin")
    there = origin.resolve()
    origin.parent.rename(tmp_path / "moved")
    moved = tmp_path / "moved" / "postgres"

    assert accounts.database_folder(moved) == there
    accounts.remove_database_folder(moved)
    assert not there.exists()


def test_what_0_1_0_made_for_a_folder_is_still_its_own(make: Make) -> None:
    folder = make("old")
    (folder / accounts.OWNER).unlink()

    assert accounts.database_folder(folder) == folder.resolve()
    accounts.remove_database_folder(folder)
    assert not folder.exists()


def test_what_0_1_0_made_for_nobody_knows_whom_is_used_as_before_and_not_removed(make: Make, tmp_path: Path) -> None:
    origin = make("old")
    (there := origin.resolve()).joinpath(accounts.OWNER).unlink()
    origin.parent.rename(tmp_path / "moved")
    moved = tmp_path / "moved" / "postgres"

    assert accounts.database_folder(moved) == there
    accounts.remove_database_folder(moved)
    assert not moved.is_symlink()
    assert there.exists()
