"""A whole system of the previous release, beside whose processes those of this tree can be started, and then those of
the previous release again: each service's api and worker three times, behind one gateway, on one database and broker.
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

# The supervisor's names of the processes: of the previous release, of this tree, of the previous release again.
BEFORE, PRESENT, AGAIN = "services", "present", "again"


class UpgradeSite(FaultSite):
    """Started, it runs the code of `previous` alone, on a schema that this code made."""

    port_names = (
        *NativeSystem.port_names,
        *(f"{name}-{group}" for group in (PRESENT, AGAIN) for name in PROCESSES),
    )

    def __init__(self, folder: Path, sink: MailSink, proxies: Proxies, previous: Tree) -> None:
        super().__init__(folder, sink, proxies)
        self.previous = previous

    @property
    def services(self) -> Services:
        return self.services_of(BEFORE)

    def services_of(self, group: str) -> Services:
        """Those of a release, at ports of their own."""
        own = {} if group == BEFORE else {name: self.ports[f"{name}-{group}"] for name in PROCESSES}
        services = self._services({**self.ports, **own})
        if group == PRESENT:
            # As docs/operations/upgrading.md says: processes of 0.1.0 run beside, or may be gone back to.
            services.options = replace(services.options, links_form="0.1.0")
        if group != PRESENT:
            services.root, services.python = self.previous.root, self.previous.python
        return services

    @property
    def gateway(self) -> Gateway:
        apis = {
            name: [
                self.ports[f"{name}-api"],
                self.ports[f"{name}-api-{PRESENT}"],
                self.lines["gateway", f"{name} again"].port,
            ]
            for name in SERVICES
        }
        ports = {"port": self.ports["gateway"], "identity": self.ports["identity"]}
        return Gateway(self.folder / "nginx", options=self.options, apis=apis, **ports)

    def prepare(self) -> None:
        """An api of 0.1.0 listens seconds before it can answer. Who goes back to it tells the gateway of it only once
        it is ready, as Kubernetes does: it is behind a line that is closed until then.
        """
        for name in SERVICES:
            self._lay("gateway", f"{name} again", self.ports[f"{name}-api-{AGAIN}"])
            self.lines["gateway", f"{name} again"].refuse()
        super().prepare()

    def programs(self) -> list[Program]:
        beside = [
            replace(one, name=f"{one.name}-{group}", group=group)
            for group in (PRESENT, AGAIN)
            for one in self.services_of(group).programs()
        ]
        return [*super().programs(), *beside]

    def roll(self, service: str, old: str, new: str) -> None:
        """Replace the processes of one release with the other's, one at a time, as operators do: the new one is ready
        before the old one is stopped.
        """
        for process in (f"{service}-worker", f"{service}-api"):
            started = self._name(process, new)
            self.supervisor.start(started)
            self._wait_for_one(started.split(":")[1], self.services_of(new).ready_addresses()[process])
            if process.endswith("-api") and new == AGAIN:
                self.lines["gateway", f"{service} again"].heal()
            self.supervisor.stop(self._name(process, old))

    def folders_of(self, service: str) -> set[Path]:
        """Return the working directories of a service's running processes, as the kernel reports them."""
        running = [one for one in self.processes() if one.pid and f":{service}-" in one.name]
        return {Path(f"/proc/{one.pid}/cwd").readlink() for one in running}

    def _name(self, process: str, group: str) -> str:
        return f"{group}:{process}" if group == BEFORE else f"{group}:{process}-{group}"

    def _wait_for_one(self, name: str, address: str) -> None:
        logs, seconds = self.supervisor.logs, self.patience
        readiness.wait_ready({name: address}, logs, seconds=seconds, arrived=lambda _: None)

    def _services(self, ports: dict[str, int]) -> Services:
        site = self.addresses().site
        ports = {**ports, "smtp": self.sink.port}
        return Services(self.folder, ports=ports, options=self.options, public_url=site)
