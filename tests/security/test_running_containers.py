"""The system in containers, started as `docker compose up` starts it, asked from within each what it may."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deploy import docker_resources
from deploy.ports import free_ports
from deploy.readers import PUBLIC, READERS
from deploy.secrets import SERVICES
from tests.security.compose import OTHERS, READS, STARTED
from tests.servers.choice import choose
from tests.servers.databases import ROOT

RUNNING = tuple(name for name in OTHERS if name in STARTED and not name.endswith("-migrate") and name != "sample")
SECRETS = (*READERS, "erlang-cookie", "operator-broker-password")
NAME = f"convene-security-{os.getpid()}"
OUR_IMAGES = tuple(f"{NAME}-{kind}" for kind in ("setup", *SERVICES))
pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class System:
    """A system of its own, in containers."""

    environment: dict[str, str]

    def compose(self, *arguments: str, check: bool = True) -> str:
        return self._run("docker", "compose", "--progress", "quiet", *arguments, check=check)

    def inside(self, name: str, script: str) -> str:
        """What a shell in a running container says, as the user that the container has."""
        return self.compose("exec", "--no-TTY", name, "sh", "-c", script, check=False)

    def inspect(self) -> list[dict[str, Any]]:
        return json.loads(self._run("docker", "inspect", *self.compose("ps", "--all", "--quiet").split()))

    def docker(self, *arguments: str) -> str:
        return self._run("docker", *arguments)

    def _run(self, *command: str, check: bool = True) -> str:
        result = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=580
        )
        if check and result.returncode:
            raise RuntimeError(f"{' '.join(command)}:\n{result.stdout[-2000:]}{result.stderr[-3000:]}")
        return result.stdout


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """Started, healthy, and removed afterwards with its volumes."""
    if choose() != "docker":
        pytest.skip("no Docker engine answers here")
    names = ("GATEWAY_PORT", "MAIL_PORT", "BROKER_CONSOLE_PORT")
    ports = {name: str(port) for name, port in free_ports(list(names)).items()}
    system = System({**os.environ, **ports, "COMPOSE_PROJECT_NAME": NAME})
    try:
        system.compose("up", "--build", "--wait", "--quiet-pull")
        yield system
    finally:
        docker_resources.remove(NAME)


@pytest.fixture(scope="module")
def secrets(system: System) -> dict[str, str]:
    """Each secret's text, by its name."""
    script = " ".join(SECRETS)
    command = f'cd /run/secrets; for name in {script}; do printf "%s\\0" "$name" "$(cat $name)"; done'
    words = system.compose("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "sh", "setup", "-c", command).split(
        "\0"
    )
    return dict(zip(words[::2], words[1::2], strict=False))


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("name", RUNNING)
def test_the_first_process_is_nobody_and_can_become_nobody_else(system: System, name: str) -> None:
    status = dict(
        line.split(":\t", 1) for line in system.inside(name, "cat /proc/1/status").splitlines() if ":\t" in line
    )

    assert "0" not in status["Uid"].split() + status["Gid"].split()
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"


@pytest.mark.covers("API8:2023")
@pytest.mark.parametrize("name", RUNNING)
@pytest.mark.parametrize("folder", ["/", "/etc", "/usr/bin", "/app", "/run/secrets"])
def test_nothing_can_be_left_in_a_container(system: System, name: str, folder: str) -> None:
    assert system.inside(name, f"touch {folder}/mine && echo written").count("written") == 0


@pytest.mark.covers("API8:2023", "ASVS 13.3.2")
@pytest.mark.parametrize("name", RUNNING)
def test_a_container_reads_its_own_secrets_alone(system: System, name: str) -> None:
    tried = " ".join((*SECRETS, *PUBLIC))
    script = f"for name in {tried}; do cat /run/secrets/$name >/dev/null 2>&1 && echo $name; done; true"

    assert set(system.inside(name, script).split()) == READS[name]
    assert "listed" not in system.inside(name, "ls /run/secrets && test -e /run/secrets/jwks.json && echo listed")


@pytest.mark.covers("API8:2023", "ASVS 13.3.1", "ASVS 14.2.4", "ASVS 16.2.5")
def test_no_secret_is_seen_from_outside(system: System, secrets: dict[str, str]) -> None:
    assert secrets.keys() == set(SECRETS)
    assert all(len(text) > 20 for text in secrets.values())
    places = {
        "inspect": json.dumps(system.inspect()),
        "logs": system.compose("logs", "--no-color"),
        "command lines": system.compose("top"),
        "configuration": system.compose("config"),
        **{f"history of {image}": system.docker("history", "--no-trunc", image) for image in OUR_IMAGES},
        **{f"image {image}": system.docker("image", "inspect", image) for image in OUR_IMAGES},
    }
    seen = [(name, place) for name, text in secrets.items() for place, shown in places.items() if text in shown]

    assert not seen


@pytest.mark.covers("API8:2023", "ASVS 13.4.1", "ASVS 13.3.1")
@pytest.mark.parametrize("image", OUR_IMAGES, ids=["setup", *SERVICES])
def test_an_image_holds_no_key_no_history_and_no_tests(system: System, image: str) -> None:
    unwanted = ("*.pem", "*.key", ".env", ".git", "tests", ".convene", "*-password")
    either = [word for name in unwanted for word in ("-o", "-name", name)][1:]
    alone = ("--rm", "--network", "none", "--entrypoint", "find")

    assert system.docker("run", *alone, image, "/app", *either) == ""


@pytest.mark.covers("API8:2023", "ASVS 13.4.5")
def test_ports_are_open_on_this_machine_alone(system: System) -> None:
    bindings = [port for one in system.inspect() for port in (one["HostConfig"]["PortBindings"] or {}).values()]

    assert len(bindings) == sum("ports" in service for service in STARTED.values())
    assert {address["HostIp"] for [address] in bindings} == {"127.0.0.1"}
