"""Permissions, resources and probes of containers, as tests/security checks them for docker-compose.yml."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.kubernetes.rendering import Pod, Rendered

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
# A process finishes within 20 seconds of SIGTERM.
STOP_SECONDS = 20


def confined(rendered: Rendered) -> Iterator[str]:
    """Pods are not root, write on what is mounted alone, and have no capability, no token and nothing of the host."""
    for pod in rendered.pods():
        yield from _wrong_pod(pod)
        for container in pod.containers:
            yield from _wrong_container(pod, container)


def limited(rendered: Rendered) -> Iterator[str]:
    """Every container says how much of processor and memory it needs, and how much it may have."""
    for pod in rendered.pods():
        for container in pod.containers:
            for kind in ("requests", "limits"):
                for what in ("cpu", "memory"):
                    if what not in container.get("resources", {}).get(kind, {}):
                        yield f"{pod.owner}: {container['name']} has no {what} among its {kind}"


def probed(rendered: Rendered) -> Iterator[str]:
    """Containers of Deployments have startup, readiness and liveness probes, at a port that they open."""
    for pod in rendered.pods():
        for container in pod.spec["containers"] if pod.kind == "Deployment" else []:
            known = {
                known for port in container.get("ports", []) for known in (port.get("name"), port["containerPort"])
            }
            for name in PROBES:
                probe = container.get(name, {})
                asked = probe.get("httpGet") or probe.get("tcpSocket") or {}
                if not asked:
                    yield f"{pod.owner}: {container['name']} has no {name}"
                elif asked.get("port") not in known:
                    yield f"{pod.owner}: the {name} of {container['name']} asks a port that it has not"
                elif "httpGet" in probe and "path" not in asked:
                    yield f"{pod.owner}: the {name} of {container['name']} asks for no path"


def pinned(rendered: Rendered) -> Iterator[str]:
    """Every image has a version."""
    images = [(pod.owner, container["image"]) for pod in rendered.pods() for container in pod.containers]
    images += [("RabbitmqCluster", cluster["spec"].get("image", "")) for cluster in rendered.of("RabbitmqCluster")]
    for owner, image in images:
        tag = re.search(r":([\w.-]+)$", image)
        if not tag or tag[1] == "latest":
            yield f"{owner}: the image {image} has no version"


def released_together(rendered: Rendered) -> Iterator[str]:
    """The images of the services are of one release, which processes tell of and each Job is called after."""
    tags = {
        container["image"].rpartition(":")[2]
        for pod in rendered.pods()
        for container in pod.containers
        if re.search(r"(^|/)convene-\w+:", container["image"])
    }
    if len(tags) != 1:
        yield f"The images of the services are of several releases: {', '.join(sorted(tags))}"
    for settings in rendered.of("ConfigMap"):
        told = settings.get("data", {}).get("RELEASE")
        if told is not None and {told} != tags:
            yield f"{settings['metadata']['name']} says that {told} runs, and the images are {', '.join(sorted(tags))}"
    ending = "-" + min(tags, default="").replace(".", "-")
    for job in rendered.of("Job"):
        if not job["metadata"]["name"].endswith(ending):
            yield f"Job {job['metadata']['name']} is not called after the release: it must end in {ending}"


def stopped_in_time(rendered: Rendered) -> Iterator[str]:
    """A pod is given the time that it needs to stop."""
    for pod in rendered.pods():
        waits = [
            container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            for container in pod.containers
        ]
        needed = max(waits) + STOP_SECONDS
        given = pod.spec.get("terminationGracePeriodSeconds", 30)
        if given < needed:
            yield f"{pod.owner} is killed after {given} seconds, and needs {needed}"


def drained(rendered: Rendered) -> Iterator[str]:
    """Pods that get requests keep running for a while after Kubernetes has announced their end."""
    for pod in rendered.pods():
        if pod.labels.get("app.kubernetes.io/component") in ("api", "gateway"):
            for container in pod.spec["containers"]:
                if not container.get("lifecycle", {}).get("preStop"):
                    yield f"{pod.owner}: {container['name']} stops at once, with requests on their way to it"


def _wrong_pod(pod: Pod) -> Iterator[str]:
    context = pod.spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield f"{pod.owner} may run as root"
    if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield f"{pod.owner} may call anything of the kernel: no seccompProfile"
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield f"{pod.owner} is given a token for the Kubernetes API"
    if {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys() or any(
        "hostPath" in v for v in pod.spec.get("volumes", [])
    ):
        yield f"{pod.owner} has a part of the host"


def _wrong_container(pod: Pod, container: Mapping[str, Any]) -> Iterator[str]:
    name, context = f"{pod.owner}: {container['name']}", container.get("securityContext", {})
    if context.get("runAsUser") == 0 or context.get("runAsNonRoot") is False:
        yield f"{name} runs as root"
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        yield f"{name} may gain privileges"
    if context.get("readOnlyRootFilesystem") is not True:
        yield f"{name} may write to its root file system"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield f"{name} has capabilities"
