"""The system in containers, by docker compose."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from deploy import docker_resources, project
from deploy.backup.restoring import Backup, refuse_other_keys
from deploy.calls import output, run_interruptibly, succeeds
from deploy.errors import DeployError
from deploy.options import ROOT, SAMPLE, Options
from deploy.ports import is_free
from deploy.postgres_client import Client
from deploy.secrets import SERVICES

QUIET = ["--progress", "quiet"]
SETUP = [*QUIET, "run", "--rm", "--no-deps", "--no-TTY", "--entrypoint"]
READ_SECRETS = """
import json, pathlib, sys
print(json.dumps({name: pathlib.Path("/run/secrets", name).read_text().strip() for name in sys.argv[1:]}))
"""
# Where docker-compose.yml puts it.
CREATE_SERVICES = "/docker-entrypoint-initdb.d/create-services.sh"


class ComposeFailedError(DeployError):
    """docker compose could not start everything."""


def docker_compose(*words: str) -> list[str]:
    """`docker compose …` for this folder's system alone."""
    return ["docker", "compose", "--project-name", project.name(), *words]


def engine_answers() -> bool:
    """True if there is a Docker engine, and compose to talk to it."""
    commands = (["docker", "version", "--format", "{{.Server.Version}}"], ["docker", "compose", "version"])
    try:
        return all(succeeds(command, seconds=10) for command in commands)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def images_can_be_had() -> bool:
    """True if every image that we do not build is on this machine, or can be pulled."""
    return all(succeeds(["docker", "image", "inspect", name]) or _fetch(name) for name in foreign_images())


def foreign_images() -> list[str]:
    """The images that docker-compose.yml and the Dockerfile take from a registry, which have a tag; not those of
    profiles, which the system does without.
    """
    compose, recipe = (ROOT / name for name in ("docker-compose.yml", "deploy/Dockerfile"))
    services = yaml.safe_load(compose.read_text())["services"].values()
    found = [service["image"] for service in services if ":" in service["image"] and "profiles" not in service]
    found += re.findall(r"^FROM (\S+:\S+)", recipe.read_text(), re.MULTILINE)
    return sorted(set(found))


def _fetch(image: str) -> bool:
    print(f"Fetching the image {image} …", flush=True)
    return succeeds(["docker", "pull", "--quiet", image])


class ComposeSystem:
    """The containers of docker-compose.yml, running or not."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def start(self, say: Callable[[str], None], *, scale: Sequence[str] = ()) -> None:
        """Build, start, and return when everything is healthy; `scale` is e.g. `["catalog-api=3"]`.

        What fails or is interrupted leaves nothing running.
        """
        project.settle()
        was_running = self.running()
        if not was_running:
            self._check_ports()
        try:
            say("building images")
            self._compose("build")
            say("starting containers")
            wanted = [option for one in scale for option in ("--scale", one)]
            self._compose("up", "--detach", "--wait", "--quiet-pull", *wanted)
            say("every container is healthy")
        except BaseException:
            if not was_running:
                self.stop()
            raise

    def stop(self) -> None:
        """Remove the containers; the data stays in volumes."""
        project.refuse_foreign(project.name())
        subprocess.run(docker_compose(*QUIET, "down", "--remove-orphans"), check=False, cwd=ROOT)

    def resources(self) -> list[str]:
        """Return what `remove` would remove, one line each."""
        return docker_resources.describe(project.own_names())

    def remove(self) -> None:
        """Remove containers, networks, volumes, and the images that were built here, of this folder and its demo."""
        for name in project.own_names():
            docker_resources.remove(name)

    def running(self) -> bool:
        """True if any of its containers is up."""
        try:
            listed = subprocess.run(docker_compose("ps", "--quiet"), capture_output=True, check=False, cwd=ROOT)
        except FileNotFoundError:  # there is no docker
            return False
        return bool(listed.stdout.strip())

    def addresses(self) -> dict[str, str]:
        """Return the addresses of the running system by name."""
        site = self.options.public_url or f"http://localhost:{self.options.gateway_port}"
        return {
            "site": site,
            "mail": f"http://localhost:{self.options.mail_port}",
            "console": f"http://localhost:{self.options.broker_console_port}",
        }

    def status(self) -> str:
        """One line a container."""
        return "\n".join(f"  {c['Service']:<22} {c['Status']}" for c in self._containers() if c["State"] == "running")

    def restart(self, service: str) -> None:
        """Restart the containers of a service, and return when they are healthy."""
        names = [f"{service}-api", f"{service}-worker"]
        self._compose("restart", *names)
        self._compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", "--no-build", *names)

    def follow_logs(self) -> None:
        """Becomes `docker compose logs`."""
        os.chdir(ROOT)
        os.execvp("docker", docker_compose("logs", "--follow", "--tail", "20"))  # noqa: S606

    def become(self, service: str, *words: str) -> None:
        """Becomes `python -m services.<service> …` in the container of that service's worker."""
        os.chdir(ROOT)
        command = ["exec", "--no-TTY", f"{service}-worker", "python", "-m", f"services.{service}", *words]
        os.execvp("docker", docker_compose(*command))  # noqa: S606

    def load_sample(self) -> str:
        """Import the sample program; what the command says."""
        return output(docker_compose(*QUIET, "run", "--rm", "--no-deps", "--no-TTY", "sample", "import", SAMPLE))

    def read_secret(self, name: str) -> str:
        """A secret of this installation."""
        return self.read_secrets([name])[name]

    def read_secrets(self, names: Sequence[str]) -> dict[str, str]:
        """These secrets of this installation, by their names."""
        return json.loads(self._in_setup("python", "-c", READ_SECRETS, *names))

    def token(self, scope: str) -> str:
        """A staff token with `scope`, or with every scope where that is empty."""
        return self._in_setup("python", "-m", "deploy.token", "/run/secrets", *([scope] if scope else []))

    def client(self) -> Client:
        """PostgreSQL's programs are run in its container, whose own users it lets in."""
        return Client(lambda program: docker_compose("exec", "--no-TTY", "postgres", program, "--username=postgres"))

    def restore(self, backup: Backup, say: Callable[[str], None]) -> dict[str, str]:
        """Start it with what is in a backup, and without what the broker holds, which may be of things that are not in
        it; what each service says of that. What fails leaves nothing running.
        """
        if self.running():
            raise DeployError("The system runs; `make down` stops it.")
        project.settle()
        self._check_ports()
        try:
            say("building images")
            self._compose("build")
            self._compose("run", "--rm", "--no-TTY", "setup")
            refuse_other_keys(backup, self.read_secret)
            self._compose("up", "--detach", "--wait", "--quiet-pull", "postgres")
            told = self._load(backup, say)
            self.start(say)
        except BaseException:
            self.stop()
            raise
        return told

    def _load(self, backup: Backup, say: Callable[[str], None]) -> dict[str, str]:
        backup.make_room(self.client())
        self._remove_broker_data()
        self._compose("exec", "--no-TTY", "postgres", "bash", CREATE_SERVICES)
        backup.load(self.client())
        say("the backup is loaded, and holds what was dumped")
        for service in SERVICES:
            self._compose("run", "--rm", "--no-TTY", "--no-deps", f"{service}-migrate")
        return {service: self._note_restored(service, backup) for service in SERVICES}

    def _note_restored(self, service: str, backup: Backup) -> str:
        worker = docker_compose(*QUIET, "run", "--rm", "--no-TTY", "--no-deps", f"{service}-worker")
        return output([*worker, "restored", "--at", backup.manifest.taken_at])

    def _remove_broker_data(self) -> None:
        """The volumes of every node."""
        name = project.name()
        for volume in docker_resources.volumes(name):
            if volume.startswith(f"{name}_broker"):
                output(["docker", "volume", "rm", volume])

    def _compose(self, *arguments: str) -> None:
        """Run compose quietly. Raises ComposeFailedError with the end of what it and what failed said."""
        command = docker_compose("--progress", "plain", *arguments)
        code, output = run_interruptibly(command)
        if code:
            said = "\n".join(output.splitlines()[-10:])
            raise ComposeFailedError(f"{said}\n{self._last_words()}\n`{' '.join(command)}` failed.")

    def _last_words(self) -> str:
        """The end of the log of each container that failed."""
        failed = [c["Service"] for c in self._containers() if c["ExitCode"] or c.get("Health") == "unhealthy"]
        ends = [
            subprocess.run(
                docker_compose("logs", "--no-color", "--tail", "10", name),
                capture_output=True,
                text=True,
                cwd=ROOT,
                check=False,
            )
            for name in failed
        ]
        return "\n".join(end.stdout for end in ends)

    def _containers(self) -> list[dict[str, Any]]:
        listed = subprocess.run(
            docker_compose("ps", "--all", "--format", "json"), capture_output=True, text=True, cwd=ROOT, check=True
        )
        containers = [json.loads(line) for line in listed.stdout.splitlines()]
        return sorted(containers, key=lambda container: container["Service"])

    def _in_setup(self, program: str, *arguments: str) -> str:
        return output(docker_compose(*SETUP, program, "setup", *arguments))

    def _check_ports(self) -> None:
        for option, what in project.PORTS.items():
            port = getattr(self.options, option)
            if not is_free(port):
                raise DeployError(f"Port {port} of the {what} is in use; {option.upper()}=… names another.")
