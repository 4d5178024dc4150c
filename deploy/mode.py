"""In which of its two modes the system runs: in containers, or as native processes."""

import os
from collections.abc import Callable, Sequence
from typing import Protocol

from deploy import compose
from deploy.backup.restoring import Backup
from deploy.errors import DeployError
from deploy.native.commands import NativeCommands
from deploy.options import Options
from deploy.postgres_client import Client

MODES = ("native", "docker")


class System(Protocol):
    """Operations of the system in either mode."""

    def start(self, say: Callable[[str], None]) -> None: ...
    def stop(self) -> None: ...
    def resources(self) -> list[str]: ...
    def remove(self) -> None: ...
    def running(self) -> bool: ...
    def addresses(self) -> dict[str, str]: ...
    def status(self) -> str: ...
    def restart(self, service: str) -> None: ...
    def follow_logs(self) -> None: ...
    def become(self, service: str, *words: str) -> None: ...
    def load_sample(self) -> str: ...
    def read_secret(self, name: str) -> str: ...
    def read_secrets(self, names: Sequence[str]) -> dict[str, str]: ...
    def token(self, scope: str) -> str: ...
    def client(self) -> Client: ...
    def restore(self, backup: Backup, say: Callable[[str], None]) -> dict[str, str]: ...


def system(mode: str, options: Options) -> System:
    """The system in `mode`."""
    return compose.ComposeSystem(options) if mode == "docker" else NativeCommands(options)


def running_mode(options: Options) -> str | None:
    """The mode in which it runs at this moment."""
    return next((mode for mode in MODES if system(mode, options).running()), None)


def choose_mode(options: Options) -> str:
    """`MODE` where that is given; else the mode it runs in; else docker, where an engine answers and has the images."""
    wanted, running = os.environ.get("MODE", ""), running_mode(options)
    if wanted and wanted not in MODES:
        raise DeployError(f"MODE is docker or native, not {wanted}.")
    if wanted and running and wanted != running:
        raise DeployError(f"The system runs in {running} mode already; `make down` stops it.")
    if wanted or running:
        return wanted or str(running)
    return "docker" if compose.engine_answers() and compose.images_can_be_had() else "native"
