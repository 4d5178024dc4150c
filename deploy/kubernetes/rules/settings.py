"""Settings of every process are known, complete, and safe where it runs."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import environs

from deploy.kubernetes.rendering import Rendered
from deploy.kubernetes.rules.network import environment
from shared import settings
from shared.errors import UnsafeSettings
from shared.service import Service

# Read by others in the same process: gunicorn, and PostgreSQL's own client library.
OF_OTHERS = frozenset({"FORWARDED_ALLOW_IPS", "PGSSLMODE", "PGSSLROOTCERT"})
IMAGE = re.compile(r"(?:^|/)convene-(catalog|registration|notifications):")


def settings_are_known_and_safe(rendered: Rendered) -> Iterator[str]:
    """Every variable is a setting of the service, none that it requires is missing, and it would start with them."""
    for pod in rendered.pods():
        for container in pod.containers:
            if found := IMAGE.search(container["image"]):
                for wrong in _wrong(_service(found[1]), environment(rendered, container)):
                    yield f"{pod.owner}: {container['name']}: {wrong}"


def secrets_are_mounted(rendered: Rendered) -> Iterator[str]:
    """Processes with a database URL have its password; none gets a secret that no setting of it names."""
    for pod in rendered.pods():
        mounted = set(_mounted(pod.spec))
        for container in pod.containers:
            told = environment(rendered, container)
            if IMAGE.search(container["image"]):
                if told.get("DATABASE_PASSWORD_FILE") not in mounted:
                    yield f"{pod.owner}: {container['name']} has no password of the database"
                for file in sorted(mounted - set(told.values())):
                    yield f"{pod.owner}: {container['name']} is given {file}, and told nothing of it"


def connections_suffice(rendered: Rendered) -> Iterator[str]:
    """The database has as many connections as all processes open at their largest number, while each is rolled out."""
    needed = sum(
        _most(rendered, pod.owner) * _connections(rendered, container) for pod, container in _running(rendered)
    )
    for cluster in rendered.of("Cluster"):
        given = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
        # For the operator of PostgreSQL, for KEDA, for migrations and for people.
        if given < needed + 30:
            yield f"The database has {given} connections, and processes may open {needed}; 30 more are for others"


def _wrong(service: Service, told: Mapping[str, str]) -> Iterator[str]:
    known = {variable for variable, _, _ in settings.table(service.settings)}
    for variable in sorted(told.keys() - known - OF_OTHERS):
        yield f"{variable} is no setting of {service.name}"
    with _environment(told):
        try:
            settings.load(service.settings)
        except (environs.EnvValidationError, UnsafeSettings, ValueError) as refused:
            yield f"it would not start: {refused}"


def _running(rendered: Rendered) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for pod in rendered.pods():
        for container in pod.spec["containers"] if pod.kind == "Deployment" else []:
            if IMAGE.search(container["image"]):
                yield pod, container


def _connections(rendered: Rendered, container: Mapping[str, Any]) -> int:
    """Return the connections of one pod: pools as `Service.prepare` makes them, plus those of listeners and relays."""
    found = IMAGE.search(container["image"])
    assert found
    service, told = _service(found[1]), environment(rendered, container)
    with _environment(told):
        read = settings.load(service.settings)
    if container["args"] == ["api"]:
        return read.web_workers * (read.web_threads + 1)
    return read.processors + len(service.jobs) + 2 + 2


def _most(rendered: Rendered, owner: str) -> int:
    """The largest number of pods of a Deployment, with the one more of a roll-out."""
    name = owner.partition(" ")[2]
    for scaler in rendered.of("HorizontalPodAutoscaler", "ScaledObject"):
        if scaler["spec"]["scaleTargetRef"]["name"] == name:
            return 1 + int(scaler["spec"].get("maxReplicas") or scaler["spec"]["maxReplicaCount"])
    return 1


def _mounted(spec: Mapping[str, Any]) -> Iterator[str]:
    for volume in spec.get("volumes", []):
        for source in volume.get("projected", {}).get("sources", []):
            for item in source.get("secret", {}).get("items", []):
                yield f"/run/secrets/{item['path']}"


def _service(name: str) -> Service:
    return import_module(f"services.{name}.app").SERVICE


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    """Replace this process's environment by the settings of one container, for `settings.load`."""
    own = dict(os.environ)
    os.environ.clear()
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(own)
