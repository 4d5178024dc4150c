"""`python -m deploy.rolling SERVICE`: replaces the code of one service that runs in containers, without losing a
request: its migrations, then new workers and apis beside the old ones, which stop once the new ones are well.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable

from deploy import compose, mode, project
from deploy.errors import DeployError
from deploy.native.services import SERVICES
from deploy.options import ROOT, read_options

# The gateway looks up the names of apis every two seconds (`resolver … valid=2s`): it must know the new ones first.
LOOKED_UP_SECONDS = 3.0
# As docker-compose.yml has it: a process finishes within 20 seconds.
GRACE_SECONDS = "25"


def roll(service: str, say: Callable[[str], None]) -> None:
    """Roll out the code of this folder. Raises DeployError where a step fails; what ran before runs on."""
    project.settle()
    say("building the image")
    _compose("build", f"{service}-migrate")
    say("migrating")
    _compose("run", "--rm", "--no-deps", "--no-TTY", f"{service}-migrate")
    for process in (f"{service}-worker", f"{service}-api"):
        _replace(process, say)


def _replace(process: str, say: Callable[[str], None]) -> None:
    old = _containers(process)
    if not old:
        raise DeployError(f"{process} does not run; `docker compose up --detach --wait {process}` starts it.")
    say(f"starting {len(old)} more of {process}")
    try:
        _scale(process, 2 * len(old))
    except DeployError:
        _remove(set(_containers(process)) - set(old))
        raise
    time.sleep(LOOKED_UP_SECONDS)
    say(f"stopping {len(old)} old of {process}")
    _remove(set(old))


def _scale(process: str, number: int) -> None:
    """Run so many, leaving those that run as they are; return when all are healthy."""
    wanted = ["--scale", f"{process}={number}"]
    _compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", "--no-build", *wanted, process)


def _remove(containers: set[str]) -> None:
    if containers:
        _run("docker", "stop", "--time", GRACE_SECONDS, *containers)
        _run("docker", "rm", "--force", *containers)


def _containers(process: str) -> list[str]:
    listed = _compose("ps", "--format", "json", process).splitlines()
    return [json.loads(line)["ID"] for line in listed]


def _compose(*arguments: str) -> str:
    return _run(*compose.docker_compose(*compose.QUIET, *arguments))


def _run(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if result.returncode:
        said = (result.stdout + result.stderr)[-2000:]
        raise DeployError(f"{said}\n`{' '.join(command)}` failed; what ran before runs on.")
    return result.stdout


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.rolling", description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    service = parser.parse_args().service
    began = time.monotonic()
    try:
        if mode.running_mode(read_options()) != "docker":
            raise DeployError(
                "Nothing runs in containers. Without them: `make down`, then `make up` with the new code."
            )
        roll(service, lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True))
    except DeployError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"{service} runs the code of this folder.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
