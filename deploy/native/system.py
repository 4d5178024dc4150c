"""The whole system as native processes: started, stopped, and broken on purpose."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deploy.backup.restoring import Backup
from deploy.errors import DeployError
from deploy.native import accounts, readiness
from deploy.native.parts import SystemParts
from deploy.native.services import SERVICES
from deploy.native.supervisor import Process
from deploy.options import SAMPLE

Say = Callable[[str], None]


def say_nothing(_text: str) -> None:
    """For callers whom progress does not interest."""


class NativeSystem(SystemParts):
    """`NativeSystem(folder, options)` is the system in that folder, running or not.

    The processes are called `postgres`, `rabbitmq`, `gateway`, `mail`, `catalog-api`, `catalog-worker` and so on.
    """

    patience = 60.0  # seconds for all of it to become ready

    def start(self, say: Say = say_nothing, *, sample: bool = True) -> None:
        """Start everything that does not run, and return when all of it is ready; it outlives this process.

        Where that fails or is interrupted, in whatever way, nothing is left running. Raises PortInUseError before
        anything is started; NotReadyError or CommandFailedError where something did not come up.
        """
        with self._alone():
            if self.running():
                self._wait_ready()
                return
            try:
                self._start(say, sample)
            except BaseException:
                self._abandon()
                raise

    def stop(self) -> None:
        """Stop everything in order; the data stays."""
        with self._alone():
            self.supervisor.shutdown()

    def remove(self) -> None:
        """Stop everything and remove the data."""
        self.stop()
        accounts.remove_database_folder(self.folder / "postgres")
        shutil.rmtree(self.folder, ignore_errors=True)

    def restore(self, backup: Backup, say: Say = say_nothing) -> dict[str, str]:
        """Start it with what is in a backup, and without what the broker holds, which may be of things that are not in
        it; what each service says of that. Raises as `start`, and as the backup does; then nothing is left running.
        """
        with self._alone():
            if self.running():
                raise DeployError("The system runs; `make down` stops it.")
            with _aside(self.folder / "rabbitmq"):
                try:
                    return self._start(say, False, backup)
                except BaseException:
                    self._abandon()
                    raise

    def running(self) -> bool:
        """True if it was started, and not stopped since."""
        return self.supervisor.running()

    def processes(self) -> list[Process]:
        """Every process, and how it is."""
        return self.supervisor.processes()

    def process(self, name: str) -> Process:
        """One process, and how it is."""
        return self.supervisor.process(self._full_name(name))

    def kill(self, name: str) -> None:
        """End a process with SIGKILL, as a crash would; it is started again."""
        self.supervisor.kill(self._full_name(name))

    def stop_process(self, name: str) -> None:
        """Stop one process in its orderly way; it stays away until it is started."""
        self.supervisor.stop(self._full_name(name))

    def start_process(self, name: str) -> None:
        """Start one process, and return when it can be used."""
        self.supervisor.start(self._full_name(name))
        self.wait_for(name)

    def restart_process(self, name: str) -> None:
        """Stop one process, start it, and return when it can be used."""
        self.restart_processes(name)

    def restart_processes(self, *names: str) -> None:
        """Stop some processes, start them, all at the same time, and return when they can be used."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.stop_process, names))
            list(pool.map(self.start_process, names))

    def wait_for(self, name: str) -> None:
        """Return when the process called `name` can be used, as after `kill`."""
        if name == "postgres":
            self.postgres.wait()
        elif name == "rabbitmq":
            self.rabbitmq.wait()
        else:
            self._wait_ready(only=name)

    def _start(self, say: Say, sample: bool, backup: Backup | None = None) -> dict[str, str]:
        """The services are started while RabbitMQ still comes up: they wait by themselves."""
        self.launch(owner=os.getpid())
        say("PostgreSQL, RabbitMQ, gateway and mail catcher are starting")
        self.postgres.wait()
        if backup:
            backup.make_room(self.postgres.client())
        self.postgres.create_services()
        if backup:
            backup.load(self.postgres.client())
            say("the backup is loaded, and holds what was dumped")
        self.services.migrate()
        say("databases are ready")
        told = {s: self.services.run(s, "restored", "--at", backup.manifest.taken_at) for s in SERVICES if backup}
        self.supervisor.start("services:*")
        if sample and "created" in json.loads(self.services.run("catalog", "import", "--only-first", SAMPLE)):
            say("sample program is loaded")
        self.rabbitmq.wait()
        say("RabbitMQ is ready")
        self._wait_ready(say)
        self.supervisor.release()
        return told

    def _abandon(self) -> None:
        """Stop what was started. RabbitMQ hangs when it is asked to while it starts itself, so it is not asked then."""
        if self.running():
            self.supervisor.shutdown(killing=() if self.rabbitmq.answers() else ("engines:rabbitmq",))

    def _wait_ready(self, say: Say = say_nothing, *, only: str = "") -> None:
        wanted = {name: url for name, url in self.ready_addresses().items() if only in ("", name)}
        logs = self.supervisor.logs
        readiness.wait_ready(wanted, logs, seconds=self.patience, arrived=lambda name: say(f"{name} is ready"))

    def _full_name(self, name: str) -> str:
        return next(process.name for process in self.processes() if process.name.endswith(f":{name}"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of this system: of two commands that start or stop it at once, the second waits."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def _aside(folder: Path) -> Iterator[None]:
    """Let there be no such folder when the block begins; what was there is removed in the end, or put back."""
    kept = folder.with_name(f"{folder.name}.before")
    if folder.exists():
        shutil.rmtree(kept, ignore_errors=True)
        folder.rename(kept)
    try:
        yield
    except BaseException:
        if kept.exists():
            shutil.rmtree(folder, ignore_errors=True)
            kept.rename(folder)
        raise
    shutil.rmtree(kept, ignore_errors=True)
