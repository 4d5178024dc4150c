"""The system in containers with three RabbitMQ nodes, of which any is killed or cut off while people use it."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from deploy.demo.instances import ComposeInstance
from tests.waiting import eventually

NODES = ("rabbitmq", "rabbitmq-2", "rabbitmq-3")
NETWORKS = ("back", "outside")
PATIENCE = 90.0
LISTS = ["rabbitmqctl", "--quiet", "--formatter", "json", "--timeout", "10", "list_queues", "--vhost", "convene"]


@dataclass
class Cluster:
    """The nodes of a running instance, each by the name of its service: `rabbitmq-2`."""

    instance: ComposeInstance

    def queues(self, node: str) -> list[dict[str, Any]]:
        """Each queue's name, number of messages, leader and members online, as `node` sees them; none where it does not
        answer, which is so while it has not noticed yet that another is away.
        """
        asked = docker("exec", self._container(node), *LISTS, "name", "messages", "leader", "online", check=False)
        return json.loads(asked.stdout) if not asked.returncode else []

    def leader(self, queue: str) -> str:
        """The node that leads `queue`."""
        [found] = (one for one in self.queues(NODES[0]) if one["name"] == queue)
        return found["leader"].removeprefix("rabbit@")

    def serves(self, node: str) -> bool:
        """Whether a client could connect to the node, were it in its container."""
        probe = docker("exec", self._container(node), "bash", "-c", "</dev/tcp/127.0.0.1/5672", check=False)
        return not probe.returncode

    def kill(self, node: str) -> None:
        docker("kill", self._container(node))

    def start(self, node: str) -> None:
        docker("start", self._container(node))

    def cut_off(self, node: str) -> None:
        """From other nodes and from every client; it goes on running."""
        for network in NETWORKS:
            docker("network", "disconnect", f"{self.instance.project}_{network}", self._container(node))

    def connect(self, node: str) -> None:
        """Where it was cut off, under the name by which others know it."""
        for network in NETWORKS:
            name = f"{self.instance.project}_{network}"
            docker("network", "connect", "--alias", node, name, self._container(node))

    def wait_for_members(self, *nodes: str) -> None:
        """Return when every queue is led by one of `nodes`, and has them and no others online."""
        expected = {f"rabbit@{node}" for node in nodes}

        def agree() -> bool:
            queues = self.queues(nodes[0])
            return bool(queues) and all(set(q["online"]) == expected and q["leader"] in expected for q in queues)

        eventually(agree, seconds=PATIENCE)

    def _container(self, node: str) -> str:
        return f"{self.instance.project}-{node}-1"


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run docker, for half a minute at most. Raises CalledProcessError where it fails, unless that is no surprise."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=30, check=check)
