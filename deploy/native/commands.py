"""The commands of `make up` and its siblings for the native system."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy import packages, token
from deploy.backup.restoring import Backup, refuse_other_keys
from deploy.native import binaries
from deploy.native.system import NativeSystem
from deploy.options import ROOT, SAMPLE, Options
from deploy.postgres_client import Client
from deploy.secrets import make_secrets

INSTANCES = ROOT / ".convene"
FOLDER = INSTANCES / "native"


class NativeCommands:
    """The native system of this clone."""

    def __init__(self, options: Options) -> None:
        self.system = NativeSystem(FOLDER, options)

    def start(self, say: Callable[[str], None]) -> None:
        """Install what is missing, then start everything."""
        packages.install(binaries.missing_packages(), services=binaries.SERVICES)
        self.system.start(say)

    def stop(self) -> None:
        self.system.stop()

    def resources(self) -> list[str]:
        """Return what `remove` would remove, one line each."""
        return [f"folder {folder.relative_to(ROOT)}, {_held_by(folder)}" for folder in _instances()]

    def remove(self) -> None:
        """Remove this and every other instance in the clone, such as the demo's."""
        for folder in _instances():
            NativeSystem(folder).remove()

    def running(self) -> bool:
        return self.system.running()

    def addresses(self) -> dict[str, str]:
        """Return the addresses of the running system by name."""
        found = self.system.addresses()
        console = {"console": found.console} if found.console else {}
        return {"site": found.site, "mail": found.mail, **console}

    def status(self) -> str:
        """One line a process."""
        return "\n".join(
            f"  {process.name.partition(':')[2]:<22} {process.state.lower()}, {process.description}"
            for process in self.system.processes()
        )

    def restart(self, service: str) -> None:
        """Restart the processes of a service, and return when they are ready."""
        self.system.restart_processes(f"{service}-api", f"{service}-worker")

    def follow_logs(self) -> None:
        """Becomes `tail`."""
        logs = [str(file) for file in sorted(self.system.supervisor.logs.glob("*.log"))]
        os.execvp("tail", ["tail", "--follow=name", "--lines=20", *logs])  # noqa: S606

    def become(self, service: str, *words: str) -> None:
        """Becomes `python -m services.<service> …`, with the environment of that service's processes."""
        os.chdir(ROOT)
        environment = os.environ | self.system.services.environment(service)
        os.execve(sys.executable, [sys.executable, "-m", f"services.{service}", *words], environment)  # noqa: S606

    def load_sample(self) -> str:
        """Import the sample program; what the command says."""
        return self.system.services.run("catalog", "import", SAMPLE)

    def read_secret(self, name: str) -> str:
        """A secret of this installation."""
        return (self.system.secrets / name).read_text().strip()

    def read_secrets(self, names: Sequence[str]) -> dict[str, str]:
        """These secrets of this installation, by their names."""
        return {name: self.read_secret(name) for name in names}

    def client(self) -> Client:
        return self.system.postgres.client()

    def restore(self, backup: Backup, say: Callable[[str], None]) -> dict[str, str]:
        packages.install(binaries.missing_packages(), services=binaries.SERVICES)
        make_secrets(self.system.secrets)
        refuse_other_keys(backup, self.read_secret)
        return self.system.restore(backup, say)

    def token(self, scope: str) -> str:
        """A staff token with `scope`, or with every scope where that is empty."""
        return token.sign(self.system.secrets, **({"scope": scope} if scope else {}))


def _instances() -> list[Path]:
    return sorted(folder for folder in INSTANCES.glob("*") if folder.is_dir())


def _held_by(folder: Path) -> str:
    if not (folder / "postgres").exists():
        return "records of a run"
    return "with database, broker, mails and secrets" + (", which runs" if NativeSystem(folder).running() else "")
