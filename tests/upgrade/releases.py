"""The previous release: its code, as the repository remembers it, and the Python that it ran with."""

import io
import os
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.servers.databases import ROOT

SERVICES = ("catalog", "registration", "notifications")
LOCKS = tuple(f"requirements/{service}.txt" for service in SERVICES)


@dataclass(frozen=True)
class Release:
    """A line of deploy/releases.toml."""

    version: str
    commit: str


@dataclass(frozen=True)
class Tree:
    """A release's code in `root`, and the Python that has what it needs."""

    root: Path
    python: str = sys.executable

    def run(self, *arguments: str, **environment: str) -> str:
        """Return the output of `python …` in the tree. Raises RuntimeError with all output if it fails."""
        # Writes no bytecode: the folder is compared and removed. PYTHONPATH: a script of ours finds that tree's code.
        own = {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        result = subprocess.run(
            [self.python, *arguments],
            cwd=self.root,
            env={**os.environ, **own, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise RuntimeError(f"python {' '.join(arguments)} in {self.root}:\n{result.stdout}{result.stderr}")
        return result.stdout


def releases() -> list[Release]:
    """All that deploy/releases.toml lists, in its order."""
    listed = tomllib.loads((ROOT / "deploy/releases.toml").read_text())["releases"]
    return [Release(one["version"], one["commit"]) for one in listed]


def previous() -> Release:
    """The one that is out in the world when this tree is rolled out."""
    return releases()[-1]


def is_known(release: Release) -> bool:
    """Return whether the commit is in this tree's history."""
    ancestor = ["git", "merge-base", "--is-ancestor", release.commit, "HEAD"]
    return subprocess.run(ancestor, cwd=ROOT, capture_output=True, check=False).returncode == 0


def read(release: Release, path: str) -> str:
    """A file as it was. Raises RuntimeError where the repository does not have the commit."""
    return _git(release, "show", f"{release.commit}:{path}").decode()


def unpack(release: Release, folder: Path) -> Tree:
    """Its code in `folder`. The Python is ours where it asks for the same packages, else one of its own."""
    with tarfile.open(fileobj=io.BytesIO(_git(release, "archive", release.commit))) as archive:
        archive.extractall(folder, filter="data")
    folder.chmod(0o755)
    if all((folder / lock).read_bytes() == (ROOT / lock).read_bytes() for lock in LOCKS):
        return Tree(folder)
    return Tree(folder, _environment(folder))


def _environment(folder: Path) -> str:
    """A Python in the release's folder with exactly what its locks say."""
    uv, place = [str(ROOT / ".venv/bin/uv")], folder / ".venv"
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, place], check=True)
    python = str(place / "bin/python")
    wanted = [word for lock in LOCKS for word in ("--requirement", str(folder / lock))]
    subprocess.run([*uv, "pip", "install", "--quiet", "--require-hashes", "--python", python, *wanted], check=True)
    return python


def _git(release: Release, *arguments: str) -> bytes:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if result.returncode:
        raise RuntimeError(
            f"The code of release {release.version} is not in this repository, which needs its whole history "
            f"(`git fetch --unshallow`): {result.stderr.decode().strip()}"
        )
    return result.stdout
