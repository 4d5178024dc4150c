"""PostgreSQL refuses to run as root: as whom it runs, and where that account can reach its data."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

ACCOUNT = "postgres"  # made by Debian's package


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
        return folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if account and not _reaches(account, folder.parent):
        elsewhere = Path("/var/lib") / f"convene-{sha256(str(folder).encode()).hexdigest()[:12]}"
        elsewhere.mkdir(mode=0o700, exist_ok=True)
        folder.unlink(missing_ok=True)
        folder.symlink_to(elsewhere)
    else:
        folder.mkdir(mode=0o700)
    if account:
        shutil.chown(folder, account, account)
    return folder.resolve()


def remove_database_folder(folder: Path) -> None:
    """Remove what `database_folder` made, wherever it is."""
    shutil.rmtree(folder.resolve(), ignore_errors=True)
    folder.unlink(missing_ok=True) if folder.is_symlink() else None


def _reaches(account: str, folder: Path) -> bool:
    return subprocess.run(as_account(account, ["test", "-x", str(folder)]), check=False).returncode == 0
