"""Make or renew the Python environment `.venv` from the locked requirements: `python3 -m deploy.bootstrap`.

Needs nothing but Python's standard library. Does nothing where the environment already holds what the lock says.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import packages
from deploy.native import binaries

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / ".installed"
OLDEST = (3, 11)


def main() -> int:
    if sys.version_info < OLDEST:
        print(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}; `make PYTHON=…` names another.")
        return 1
    try:
        with _alone():
            if not _is_current():
                _renew()
    except packages.MissingPackagesError as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"The Python environment could not be made: `{' '.join(map(str, failed.cmd))}` failed.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next run takes up from here.", file=sys.stderr)
        return 130
    return 0


def _is_current() -> bool:
    return STAMP.exists() and (VENV / "bin" / "python").exists() and STAMP.read_text() == _wanted()


def _wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _renew() -> None:
    print("Installing the Python packages of requirements/dev.txt into .venv …", flush=True)
    STAMP.unlink(missing_ok=True)
    if not (VENV / "bin" / "python").exists():
        _make_venv()
    if not (VENV / "bin" / "uv").exists():
        _install_uv()
    uv = [VENV / "bin" / "uv", "pip", "sync", "--quiet", "--python", VENV / "bin" / "python"]
    subprocess.run([*uv, "--require-hashes", LOCK], check=True)
    STAMP.write_text(_wanted())


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        others = [] if shutil.which("docker") else binaries.missing_packages()  # all at once: one command to type
        packages.install(["python3-venv", *others], services=binaries.SERVICES)
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def _install_uv() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(_locked("uv"))
        file.flush()
        pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "--requirement", file.name], check=True)


def _locked(package: str) -> str:
    """The lines of the lock that give `package` and its hashes."""
    kept, inside = [], False
    for line in LOCK.read_text().splitlines():
        if not line.startswith((" ", "#")):
            inside = line.startswith(f"{package}==")
        if inside and not line.strip().startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs at once take turns."""
    folder = ROOT / ".convene"
    folder.mkdir(exist_ok=True)
    with (folder / "bootstrap.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
