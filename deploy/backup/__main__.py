"""`python -m deploy.backup take | restore | check FOLDER`, which `make backup` and `make restore` call.

From the environment: MODE as for `make up`; BACKUP_DIR, where new backups are put (`backups`); BACKUP, the folder of
the one to restore (the newest in BACKUP_DIR); REPLACE=yes, OTHER_KEYS=yes.
"""

import os
import sys
import time
from pathlib import Path

from deploy import mode, project
from deploy.backup.manifest import KEYS
from deploy.backup.restoring import Backup, open_backup
from deploy.backup.taking import take
from deploy.errors import DeployError
from deploy.options import ROOT, read_options


def take_backup() -> None:
    """Take a backup of the running system."""
    options = read_options()
    running = mode.running_mode(options)
    if not running:
        raise DeployError("Nothing runs; `make up` starts it, and a backup is taken of what runs.")
    system = mode.system(running, options)
    began = time.monotonic()
    folder, manifest = take(system.client(), system.read_secret, _backups())
    size = sum(int(described["bytes"]) for described in manifest.files.values())
    print(f"{folder}\n  everything as it was at {manifest.taken_at}")
    print(f"  {sum(manifest.rows.values()):,} rows, {size:,} bytes, in {time.monotonic() - began:.0f} s")
    print(f"  No secret is in it. Keep {' and '.join(KEYS)} where secrets are kept: without them it is worth little.")
    print("  It holds personal data: keep it encrypted, and for no longer than you need it. Nothing here deletes it.")


def restore_backup() -> None:
    """Into the system of this clone, which is started."""
    options = read_options()
    if mode.running_mode(options):
        raise DeployError("The system runs; `make down` stops it.")
    backup = open_backup(_chosen(), replace=_says_yes("REPLACE"), other_keys=_says_yes("OTHER_KEYS"))
    print(f"Restoring {backup.folder}, everything as it was at {backup.manifest.taken_at} …", flush=True)
    began = time.monotonic()
    chosen = mode.choose_mode(options)
    system = mode.system(chosen, project.settle_ports(options))
    told = system.restore(backup, lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True))
    print(_report(backup, told))


def check_backup() -> None:
    """Check that the backup is complete, and of a version that this code knows."""
    backup = open_backup(_chosen())
    print(f"{backup.folder} is whole: everything as it was at {backup.manifest.taken_at}.")


def _report(backup: Backup, told: dict[str, str]) -> str:
    kept = f"The database that was there is kept as `{backup.kept}`.\n" if backup.kept else ""
    said = "\n".join(f"{service} restored: {text.strip()}" for service, text in told.items())
    return (
        f"\n{kept}{said}\n\nThe system runs. What happened after {backup.manifest.taken_at} is lost, and what the"
        " broker held was removed.\nMails that were due then wait until it is settled which of them were sent:\n"
        "  python -m services.notifications settle-mails --sent FILE   (docs/operations/backup.md)"
    )


def _backups() -> Path:
    return (ROOT / (os.environ.get("BACKUP_DIR") or "backups")).resolve()


def _chosen() -> Path:
    """The folder that BACKUP names, else the newest. Raises DeployError."""
    if named := os.environ.get("BACKUP"):
        return Path(named).resolve()
    found = sorted(_backups().glob("convene-*"))
    if not found:
        raise DeployError(f"There is no backup in {_backups()}; BACKUP=… names another folder.")
    return found[-1]


def _says_yes(name: str) -> bool:
    return os.environ.get(name, "") == "yes"


COMMANDS = {"take": take_backup, "restore": restore_backup, "check": check_backup}


def main() -> int:
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) == 2 else None
    if command is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        command()
    except DeployError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
