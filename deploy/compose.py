"""The system in containers, by docker compose."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import yaml

from deploy.backup.client import Client
from deploy.backup.restoring import Backup, refuse_other_keys
from deploy.errors import DeployError
from deploy.native.ports import is_free
from deploy.native.system import SAMPLE
from deploy.options import ROOT, Options
from deploy.secrets import SERVICES

COMPOSE = ["docker", "compose"]
QUIET = ["--progress", "quiet"]
SETUP = [*COMPOSE, *QUIET, "run", "--rm", "--no-deps", "--no-TTY", "--entrypoint"]
# Where docker-compose.yml puts it.
CREATE_SERVICES = "/docker-entrypoint-initdb.d/create-services.sh"
PORTS = {"gateway_port": "gateway", "mail_port": "mail catcher", "broker_console_port": "RabbitMQ console"}


class ComposeFailedError(DeployError):
    """docker compose could not start everything."""


def engine_answers() -> bool:
    """Whether there is a Docker engine, and compose to talk to it."""
    commands = (["docker", "version", "--format", "{{.Server.Version}}"], [*COMPOSE, "version"])
    try:
        return all(_succeeds(command, seconds=10) for command in commands)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def images_can_be_had() -> bool:
    """Whether every image that we do not build is on this machine, or can be fetched."""
    return all(_succeeds(["docker", "image", "inspect", name]) or _fetch(name) for name in foreign_images())


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
    return _succeeds(["docker", "pull", "--quiet", image])


def own_images() -> list[str]:
    """The images that are built here."""
    found = re.findall(r"^ +image: ([^:\s]+)$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
    return sorted(set(found))


class ComposeSystem:
    """The containers of docker-compose.yml, running or not."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def start(self, say: Callable[[str], None], *, scale: Sequence[str] = ()) -> None:
        """Build, start, and return when everything is healthy; `scale` is e.g. `["catalog-api=3"]`.

        What fails or is interrupted leaves nothing running.
        """
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
        subprocess.run([*COMPOSE, *QUIET, "down", "--remove-orphans"], check=False, cwd=ROOT)

    def remove(self) -> None:
        """Remove containers, volumes, and the images that were built here."""
        subprocess.run([*COMPOSE, *QUIET, "down", "--remove-orphans", "--volumes"], check=False, cwd=ROOT)
        for image in own_images():
            subprocess.run(["docker", "image", "rm", image], check=False, capture_output=True)

    def running(self) -> bool:
        """Whether any of its containers is up."""
        try:
            listed = subprocess.run([*COMPOSE, "ps", "--quiet"], capture_output=True, check=False, cwd=ROOT)
        except FileNotFoundError:  # there is no docker
            return False
        return bool(listed.stdout.strip())

    def addresses(self) -> dict[str, str]:
        """Where people find the running system."""
        site = self.options.public_url or f"http://localhost:{self.options.gateway_port}"
        return {
            "site": site,
            "mail": f"http://localhost:{self.options.mail_port}",
            "console": f"http://localhost:{self.options.broker_console_port}",
        }

    def status(self) -> str:
        """One line a container."""
        return "\n".join(f"  {c['Service']:<22} {c['Status']}" for c in self._containers() if c["State"] == "running")

    def follow_logs(self) -> None:
        """Becomes `docker compose logs`."""
        os.chdir(ROOT)
        os.execvp("docker", [*COMPOSE, "logs", "--follow", "--tail", "20"])  # noqa: S606

    def become(self, service: str, *words: str) -> None:
        """Becomes `python -m services.<service> …` in the container of that service's worker."""
        os.chdir(ROOT)
        command = ["exec", "--no-TTY", f"{service}-worker", "python", "-m", f"services.{service}", *words]
        os.execvp("docker", [*COMPOSE, *command])  # noqa: S606

    def load_sample(self) -> str:
        """Import the sample program; what the command says."""
        return _output([*COMPOSE, *QUIET, "run", "--rm", "--no-deps", "--no-TTY", "sample", "import", SAMPLE])

    def read_secret(self, name: str) -> str:
        """A secret of this installation."""
        return self._in_setup("cat", f"/run/secrets/{name}")

    def token(self, scope: str) -> str:
        """A staff token with `scope`, or with every scope where that is empty."""
        return self._in_setup("python", "-m", "deploy.token", "/run/secrets", *([scope] if scope else []))

    def client(self) -> Client:
        """PostgreSQL's programs are run in its container, whose own users it lets in."""
        return Client(lambda program: [*COMPOSE, "exec", "--no-TTY", "postgres", program, "--username=postgres"])

    def restore(self, backup: Backup, say: Callable[[str], None]) -> dict[str, str]:
        """Start it with what is in a backup, and without what the broker holds, which may be of things that are not in
        it; what each service says of that. What fails leaves nothing running.
        """
        if self.running():
            raise DeployError("The system runs; `make down` stops it.")
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
        worker = [*COMPOSE, *QUIET, "run", "--rm", "--no-TTY", "--no-deps", f"{service}-worker"]
        return _output([*worker, "restored", "--at", backup.manifest.taken_at])

    def _remove_broker_data(self) -> None:
        """The volumes of every node."""
        project = json.loads(_output([*COMPOSE, "config", "--format", "json"]))["name"]
        own = ["--filter", f"label=com.docker.compose.project={project}"]
        names = _output(["docker", "volume", "ls", *own, "--format", "{{.Name}}"]).split()
        doomed = [name for name in names if name.startswith(f"{project}_broker")]
        if doomed:
            _output(["docker", "volume", "rm", *doomed])

    def _compose(self, *arguments: str) -> None:
        """Run compose quietly. Raises ComposeFailedError with the end of what it and what failed said."""
        command = [*COMPOSE, "--progress", "plain", *arguments]
        code, output = _run_interruptibly(command)
        if code:
            said = "\n".join(output.splitlines()[-10:])
            raise ComposeFailedError(f"{said}\n{self._last_words()}\n`{' '.join(command)}` failed.")

    def _last_words(self) -> str:
        """The end of the log of each container that failed."""
        failed = [c["Service"] for c in self._containers() if c["ExitCode"] or c.get("Health") == "unhealthy"]
        ends = [
            subprocess.run(
                [*COMPOSE, "logs", "--no-color", "--tail", "10", name],
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
            [*COMPOSE, "ps", "--all", "--format", "json"], capture_output=True, text=True, cwd=ROOT, check=True
        )
        containers = [json.loads(line) for line in listed.stdout.splitlines()]
        return sorted(containers, key=lambda container: container["Service"])

    def _in_setup(self, program: str, *arguments: str) -> str:
        return _output([*SETUP, program, "setup", *arguments])

    def _check_ports(self) -> None:
        for option, what in PORTS.items():
            port = getattr(self.options, option)
            if not is_free(port):
                raise DeployError(f"Port {port} of the {what} is in use; {option.upper()}=… names another.")


def _run_interruptibly(command: list[str]) -> tuple[int, str]:
    """Exit code and output of `command`. When we are interrupted it, and what it started, has ended before we go on:
    otherwise it would start containers while we remove them.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate()
            return process.returncode, output
        except BaseException:
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def _output(command: list[str]) -> str:
    """What `command` writes. Raises DeployError with what it said of its failure."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if result.returncode:
        raise DeployError(result.stderr)
    return result.stdout.strip()


def _succeeds(command: list[str], *, seconds: float | None = None) -> bool:
    return subprocess.run(command, capture_output=True, timeout=seconds, check=False).returncode == 0
