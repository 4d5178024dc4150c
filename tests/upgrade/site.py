"""A whole system of the previous release, beside whose processes those of this tree can be started: each service's api
and worker twice, behind one gateway, on one database and one broker.
"""

from dataclasses import replace
from pathlib import Path

from deploy.native import readiness
from deploy.native.gateway import Gateway
from deploy.native.parts import PROCESSES
from deploy.native.program import Program
from deploy.native.services import Services
from deploy.native.system import NativeSystem
from tests.faults.mailsink import MailSink
from tests.faults.proxy import Proxies
from tests.faults.site import FaultSite
from tests.upgrade.releases import SERVICES, Tree

PREVIOUS, PRESENT = "services", "present"  # what the supervisor calls the processes of each


class UpgradeSite(FaultSite):
    """Started, it runs the code of `previous` alone, on a schema that this code made."""

    port_names = (*NativeSystem.port_names, *(f"{name}-present" for name in PROCESSES))

    def __init__(self, folder: Path, sink: MailSink, proxies: Proxies, previous: Tree) -> None:
        super().__init__(folder, sink, proxies)
        self.previous = previous

    @property
    def services(self) -> Services:
        """Those of the previous release."""
        services = self._services(self.ports)
        services.root, services.python = self.previous.root, self.previous.python
        return services

    @property
    def present(self) -> Services:
        """Those of this tree, at ports of their own."""
        return self._services({**self.ports, **{name: self.ports[f"{name}-present"] for name in PROCESSES}})

    @property
    def gateway(self) -> Gateway:
        apis = {name: [self.ports[f"{name}-api"], self.ports[f"{name}-api-present"]] for name in SERVICES}
        ports = {"port": self.ports["gateway"], "identity": self.ports["identity"]}
        return Gateway(self.folder / "nginx", options=self.options, apis=apis, **ports)

    def programs(self) -> list[Program]:
        beside = [replace(one, name=f"{one.name}-present", group=PRESENT) for one in self.present.programs()]
        return [*super().programs(), *beside]

    def roll(self, service: str, to: str) -> None:
        """Put the processes of one release in the place of the other's, one after the other, as operators do: the new
        one is ready before the old one is told to stop.
        """
        for process in (f"{service}-worker", f"{service}-api"):
            names = {PREVIOUS: f"{PREVIOUS}:{process}", PRESENT: f"{PRESENT}:{process}-present"}
            started = names.pop(to)
            self.supervisor.start(started)
            addresses = (self.present if to == PRESENT else self.services).ready_addresses()
            self._wait_for_one(started.split(":")[1], addresses[process])
            [stopped] = names.values()
            self.supervisor.stop(stopped)

    def release_of(self, service: str) -> set[str]:
        """Whose code the running processes of a service have, as the kernel knows them."""
        running = [one for one in self.processes() if one.pid and f":{service}-" in one.name]
        folders = {Path(f"/proc/{one.pid}/cwd").readlink() for one in running}
        return {PREVIOUS if folder == self.previous.root else PRESENT for folder in folders}

    def _wait_for_one(self, name: str, address: str) -> None:
        logs, seconds = self.supervisor.logs, self.patience
        readiness.wait_ready({name: address}, logs, seconds=seconds, arrived=lambda _: None)

    def _services(self, ports: dict[str, int]) -> Services:
        site = self.addresses().site
        ports = {**ports, "smtp": self.sink.port}
        return Services(self.folder, ports=ports, options=self.options, public_url=site)
