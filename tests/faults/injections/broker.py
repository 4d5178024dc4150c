"""RabbitMQ that is stopped, killed, frozen, out of memory, or throws everybody out."""

import subprocess

from deploy.native import binaries
from deploy.waiting import wait_until
from tests.faults.injections.injection import Injection
from tests.faults.injections.processes import freeze, kill
from tests.faults.site import FaultSite

BROKER = "broker"
LITTLE = "1000"  # bytes
USUAL = "0.4"  # of the machine's memory


def start(site: FaultSite) -> None:
    site.start_process("rabbitmq")


def _stop(site: FaultSite) -> str:
    site.stop_process("rabbitmq")
    return "stopped"


def _set_memory(site: FaultSite, *mark: str) -> str:
    control = str(binaries.rabbitmq("rabbitmqctl"))
    environment = site.rabbitmq.environment()
    command = [control, "--node", environment["RABBITMQ_NODENAME"], "set_vm_memory_high_watermark", *mark]
    path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run(command, env=path | environment, check=False, capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise RuntimeError(f"rabbitmqctl: {done.stdout}{done.stderr}")
    return "memory alarm"


def _kill(site: FaultSite) -> str:
    return kill(site, "rabbitmq")


def _wait(site: FaultSite) -> None:
    wait_until(site.rabbitmq.answers, 60, "RabbitMQ")


INJECTIONS = (
    Injection("RabbitMQ stopped", BROKER, lambda site, _random: _stop(site), start, (1.0, 5.0)),
    Injection("RabbitMQ killed (SIGKILL)", BROKER, lambda site, _random: _kill(site), _wait),
    Injection(
        "RabbitMQ out of memory (alarm)",
        BROKER,
        lambda site, _random: _set_memory(site, "absolute", LITTLE),
        lambda site: _set_memory(site, USUAL),
        (2.0, 6.0),
    ),
    freeze("rabbitmq", lasts=(2.0, 8.0)),
)
