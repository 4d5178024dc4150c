"""PostgreSQL refuses to run as root: as whom it runs, and where that account can reach its data."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from deploy.errors import DeployError

ACCOUNT = "postgres"  # made by Debian's package
# Beside a database that is elsewhere: the path of the folder that it belongs to.
OWNER = "folder"


def database_account() -> str | None:
    """The account that runs PostgreSQL; None where that is ourselves."""
    return ACCOUNT if os.geteuid() == 0 else None


def as_account(account: str | None, command: list[str]) -> list[str]:
    """`command`, as it must be called to run under `account`."""
    if account is None:
        return command
    return ["setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups", "--", *command]


def database_folder(folder: Path) -> Path:
    """A folder that belongs to the database's account: `folder` itself.

    Where `folder` cannot be reached by that account, it becomes a link to a place that can be.
    """
    account = database_account()
    if folder.exists():
        _refuse_of_another(folder)
        return folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if account and not _reaches(account, folder.parent):
        elsewhere = _elsewhere(folder)
        elsewhere.mkdir(mode=0o700, exist_ok=True)
        (elsewhere / OWNER).write_text(str(folder))
        folder.unlink(missing_ok=True)
        folder.symlink_to(elsewhere)
    else:
        folder.mkdir(mode=0o700)
    if account:
        shutil.chown(folder, account, account)
    return folder.resolve()


def remove_database_folder(folder: Path) -> None:
    """Remove what `database_folder` made, wherever it is. Of a copy of another folder's link the link alone goes."""
    there = folder.resolve()
    unknown = folder.is_symlink() and not (there / OWNER).exists() and there != _elsewhere(folder).resolve()
    if not _is_of_another(folder) and not unknown:
        shutil.rmtree(there, ignore_errors=True)
    folder.unlink(missing_ok=True) if folder.is_symlink() else None


def _elsewhere(folder: Path) -> Path:
    return Path("/var/lib") / f"convene-{sha256(str(folder).encode()).hexdigest()[:12]}"


def _is_of_another(folder: Path) -> bool:
    """True if `folder` is a link that was copied with a folder that still has its own."""
    if not folder.is_symlink():
        return False
    there = folder.resolve()
    owner = there / OWNER
    if not owner.exists():  # 0.1.0 wrote none
        return False
    of = Path(owner.read_text())
    return of != folder and of.is_symlink() and of.resolve() == there


def _refuse_of_another(folder: Path) -> None:
    """Raises DeployError where `folder` leads to another folder's data."""
    if _is_of_another(folder):
        raise DeployError(
            f"{folder} leads to the database of another folder that this one was copied from. `make clean` removes the"
            " link and what else was copied, and leaves that database alone; then this folder begins with its own."
        )


def _reaches(account: str, folder: Path) -> bool:
    return subprocess.run(as_account(account, ["test", "-x", str(folder)]), check=False).returncode == 0
