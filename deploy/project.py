"""Which containers, volumes, networks, images and ports of this machine belong to this folder's system.

Compose tells systems apart by the name of their project. Ours is derived from the folder's path and kept in `.env` as
COMPOSE_PROJECT_NAME, where plain `docker compose` finds it too; a system that this folder started before under another
name keeps that.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from dotenv import dotenv_values

from deploy.errors import DeployError
from deploy.options import ROOT, Options
from deploy.ports import is_free

NAME = "COMPOSE_PROJECT_NAME"
# The name of every folder's system until 0.1.0.
FORMER = "convene"
PROJECT, FOLDER = "com.docker.compose.project", "com.docker.compose.project.working_dir"
PORTS = {"gateway_port": "gateway", "mail_port": "mail catcher", "broker_console_port": "RabbitMQ console"}
WATCHING = {"prometheus_port": "Prometheus", "grafana_port": "Grafana", "jaeger_port": "Jaeger"}
HIGHEST = 65535
WRITTEN_FOR = re.compile(r"^# Kept by `make` for the folder (/.*):$", re.MULTILINE)


class ForeignProjectError(DeployError):
    """The system that would be changed belongs to another folder, or may belong to one."""


def name() -> str:
    """The name of this folder's project: as the environment or `.env` says, or as what it started before is called."""
    return os.environ.get(NAME) or _written() or _found() or derived_name(ROOT)


def demo_name() -> str:
    """That of its demo."""
    return f"{name()}-demo"


def own_names() -> list[str]:
    """Every name that only this folder's containers, volumes, networks and images can have."""
    return list(dict.fromkeys([name(), demo_name(), derived_name(ROOT), plain_name(ROOT)]))


def derived_name(folder: Path) -> str:
    """The folder's own name, to be recognized, with a hash of its full path, to be the only one."""
    word = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:30].strip("-") or FORMER
    return f"{word}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def plain_name(folder: Path) -> str:
    """Return the default name: the folder's path without characters that a name may not have."""
    return "convene-" + re.sub(r"[^-_a-z0-9]", "", str(folder).lower())


def settle() -> str:
    """The name, kept in `.env` from now on. Raises ForeignProjectError where it is, or may be, that of another."""
    if not os.environ.get(NAME) and not _written():
        chosen = name()
        if chosen == derived_name(ROOT):
            _refuse_volumes_of_unknown()
        keep({NAME: chosen})
        _found.cache_clear()
    refuse_foreign(name())
    return name()


def refuse_foreign(project: str) -> None:
    """Raises ForeignProjectError where another folder, which is still there, runs containers of this project."""
    for folder in sorted(folders_of(project)):
        if folder != ROOT and (folder / "docker-compose.yml").exists():
            raise ForeignProjectError(
                f"The containers of {project} are those of another folder, {folder}. Nothing was touched. {NAME}=… in"
                f" {ROOT / '.env'} names this folder's, such as {derived_name(ROOT)}."
            )


def folders_of(project: str) -> set[Path]:
    """The folders whose containers, running or not, have this project's name."""
    return {folder for other, folder in _containers() if other == project}


def settle_ports(options: Options) -> Options:
    """For each port that nobody chose and that another program has, the next one that is free, kept in `.env`."""
    given = {**dotenv_values(ROOT / ".env"), **os.environ}
    wanted = PORTS | (WATCHING if "observability" in str(given.get("COMPOSE_PROFILES")) else {})
    moved: dict[str, int] = {}
    for option, what in wanted.items():
        port = getattr(options, option)
        if given.get(option.upper()) or is_free(port):
            continue
        taken = {getattr(options, other) for other in wanted} | set(moved.values())
        moved[option] = next(free for free in range(port + 1, HIGHEST) if free not in taken and is_free(free))
        print(f"Port {port} is in use by another program: the {what} is at {moved[option]}, which .env keeps.")
    keep({option.upper(): str(port) for option, port in moved.items()})
    return replace(options, **moved)


def keep(values: Mapping[str, str]) -> None:
    """Add these to `.env`, whose other lines stay as they are. Of two lines for a name the last one counts."""
    if not values:
        return
    file = ROOT / ".env"
    before = file.read_text() if file.exists() else ""
    lines = "".join(f"{variable}={value}\n" for variable, value in values.items())
    gap = "" if not before or before.endswith("\n") else "\n"
    with file.open("a") as stream:
        stream.write(f"{gap}# Kept by `make` for the folder {ROOT}:\n{lines}")


def _written() -> str | None:
    """Return the name in `.env`, unless that was copied with a folder that still uses it."""
    file = ROOT / ".env"
    found = dotenv_values(file).get(NAME) if file.exists() else None
    if not found:
        return None
    origins = [Path(path) for path in WRITTEN_FOR.findall(file.read_text())]
    copied = origins and origins[-1] != ROOT and dotenv_values(origins[-1] / ".env").get(NAME) == found
    return None if copied else found


@cache
def _found() -> str | None:
    """The name under which this folder's system is on this machine already."""
    of_this = {project for project, folder in _containers() if folder == ROOT}
    kept = _projects_with_volumes()
    own = (derived_name(ROOT), plain_name(ROOT))
    return next((one for one in (*own, FORMER) if one in of_this or (one in own and one in kept)), None)


def _refuse_volumes_of_unknown() -> None:
    """A system of 0.1.0 that was stopped leaves volumes, which do not say whose they are."""
    if FORMER not in _projects_with_volumes() or folders_of(FORMER):
        return
    raise ForeignProjectError(
        f"There are volumes of a system called {FORMER}, as 0.1.0 called that of every folder, and no container tells"
        f" whose they are. If they are this folder's, `echo {NAME}={FORMER} >>.env` goes on with them; if they are not,"
        f" `echo {NAME}={derived_name(ROOT)} >>.env` leaves them alone. Nothing was touched."
    )


def _containers() -> list[tuple[str, Path]]:
    """Project and folder of every container of compose on this machine."""
    form = f'{{{{.Label "{PROJECT}"}}}}\t{{{{.Label "{FOLDER}"}}}}'
    lines = _ask("ps", "--all", "--filter", f"label={PROJECT}", "--format", form)
    return [(project, Path(folder).resolve()) for project, _, folder in (line.partition("\t") for line in lines)]


def _projects_with_volumes() -> set[str]:
    return set(_ask("volume", "ls", "--filter", f"label={PROJECT}", "--format", f'{{{{.Label "{PROJECT}"}}}}'))


def _ask(*arguments: str) -> Iterable[str]:
    """The lines that docker answers; none where there is no docker, or no engine."""
    try:
        asked = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=30)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return []
    return asked.stdout.splitlines()
