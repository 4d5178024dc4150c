"""Debian packages that the machine lacks: installed where that is permitted, otherwise the command is named.

Runs before anything else is installed, so it uses the standard library alone. The services that come with the packages
are neither started nor enabled: this project runs private ones.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.errors import DeployError

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_WHILE_INSTALLING = """#!/bin/sh
# Written while packages are installed; without effect once that has ended, however it ended.
[ ! -e /proc/{pid} ] || exit 101
"""


class MissingPackagesError(DeployError):
    """Says what is missing and which command installs it."""


def install(packages: list[str], *, services: tuple[str, ...] = ()) -> None:
    """Install Debian `packages`, leaving their `services` off; MissingPackagesError where that is not permitted."""
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    become_root = _become_root()
    if become_root is None:
        raise MissingPackagesError(f"Missing on this machine: {', '.join(packages)}. {_advice(command)}")
    print(f"Installing {', '.join(packages)} with apt-get …", flush=True)
    root = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive"]
    with _services_kept_off(become_root):
        _run([*root, "apt-get", "update", "--quiet"], attempts=2)
        _run([*root, *command, "--quiet", "-o", "DPkg::Lock::Timeout=120"], attempts=2)
    if services and shutil.which("systemctl"):
        subprocess.run([*become_root, "systemctl", "disable", *services], check=False, capture_output=True)


def _become_root() -> list[str] | None:
    """Return the prefix that runs a command as root; None if that needs a password or is not permitted."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True)
        return ["sudo", "-n"] if asked.returncode == 0 else None
    return None


def _advice(command: list[str]) -> str:
    if shutil.which("apt-get") is None:
        return "This is no Debian or Ubuntu; install them in its own way, or use Docker."
    prefix = "" if os.geteuid() == 0 else "sudo "
    return f"Install them, then try again:\n\n    {prefix}apt-get update && {prefix}{' '.join(command)}\n"


@contextmanager
def _services_kept_off(become_root: list[str]) -> Iterator[None]:
    """Debian asks POLICY before a package starts its service. Ours says no only while this process lives."""
    if POLICY.exists():
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix=".policy-rc.d") as file:
        file.write(POLICY_WHILE_INSTALLING.format(pid=os.getpid()))
        file.flush()
        _run([*become_root, "install", "--mode=755", file.name, str(POLICY)])
    try:
        yield
    finally:
        subprocess.run([*become_root, "rm", "--force", str(POLICY)], check=False)


def _run(command: list[str], *, attempts: int = 1) -> None:
    """Run quietly; show what the command said only where it failed for good."""
    result = None
    for _ in range(attempts):
        result = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if result.returncode == 0:
            return
    output = result.stdout[-3000:] if result else ""
    raise MissingPackagesError(f"{output}\nThis failed: {' '.join(command)}")
