"""Network access: nothing without a policy, and by policies every host in a process's settings."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.kubernetes.rendering import Pod, Rendered, label, selects

ADDRESS = re.compile(r"(?:^|//|@)([a-z][a-z0-9.-]*):(\d{2,5})(?=/|$)")
CLUSTER = re.compile(r"\.([a-z0-9-]+)\.svc(\.cluster\.local)?$")
DIRECTIONS = ("Ingress", "Egress")
# The components that call the hosts in these variables; every process has all of them in its settings.
CALLERS = {
    "BROKER_URL": {"worker"},
    "SMTP_URL": {"worker"},
    "OIDC_DISCOVERY": {"api"},
    "PUBLIC_URL": set[str](),
    "IDENTITY_URL": set[str](),
}


def denied_by_default(rendered: Rendered) -> Iterator[str]:
    """One policy chooses every pod and permits nothing, and no other one chooses all and lets them be entered."""
    everything = [policy for policy in rendered.of("NetworkPolicy") if policy["spec"]["podSelector"] == {}]
    closed = [p for p in everything if set(p["spec"]["policyTypes"]) == set(DIRECTIONS) and not _lines(p)]
    if not closed:
        yield "No policy denies what no other permits"
    for policy in everything:
        if policy["spec"].get("ingress"):
            yield f"{label(policy)} lets every pod be entered"
    for policy in rendered.of("NetworkPolicy"):
        for line in policy["spec"].get("ingress", []):
            if not line.get("from") or not line.get("ports"):
                yield f"{label(policy)} lets anybody in, or in at any port"


def told_addresses_are_reached(rendered: Rendered) -> Iterator[str]:
    """Each cluster host in a process's settings is a Service, and the policies allow the connection at both ends."""
    hosts, namespace = rendered.hosts(), _namespace(rendered)
    for pod, text in _texts(rendered):
        for host, port in ADDRESS.findall(text):
            there = CLUSTER.search(host)
            if (there and there[1] != namespace) or (not there and "." in host):
                continue  # of another namespace, or of the public network
            known = hosts.get(host.partition(".")[0])
            if known is None or int(port) not in known[1]:
                yield f"{pod.owner} names {host}:{port}, which does not exist"
            elif not _open(rendered, pod, known[0], int(port)):
                yield f"{pod.owner} names {host}:{port}, which no policy allows"


def scalers_are_let_in(rendered: Rendered) -> Iterator[str]:
    """The hosts that KEDA queries exist, and admit it from its own namespace."""
    hosts, keda = rendered.hosts(), {"kubernetes.io/metadata.name": "keda"}
    for scaler in rendered.of("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            told = trigger["metadata"]
            host, _, port = told["host"].rpartition("//")[2].partition(":")
            known = hosts.get(host.partition(".")[0])
            port = int(port or told.get("port", 0))
            if known is None or port not in known[1]:
                yield f"{label(scaler)}: {trigger['name']} asks {host}:{port}, which is not there"
            elif not any(_admits(policy, known[0], {}, keda, port) for policy in rendered.of("NetworkPolicy")):
                yield f"{label(scaler)}: {trigger['name']} is not let in to {host}:{port}"


def hosts_are_of_this_namespace(rendered: Rendered) -> Iterator[str]:
    """Full names of hosts name the namespace that everything is in, or that of the cluster's DNS."""
    namespace = _namespace(rendered)
    for resource in rendered.resources:
        if resource["kind"] != "Namespace" and resource["metadata"].get("namespace") != namespace:
            yield f"{label(resource)} is not in the namespace {namespace}"
        for there in set(re.findall(r"[a-z0-9-]+\.([a-z0-9-]+)\.svc\b", str(resource))) - {namespace, "kube-system"}:
            yield f"{label(resource)} names a host of the namespace {there}"


def _namespace(rendered: Rendered) -> str:
    return next((one["metadata"]["name"] for one in rendered.of("Namespace")), "")


def _texts(rendered: Rendered) -> Iterator[tuple[Pod, str]]:
    """Yield each pod with the texts of its environment that name hosts which it calls."""
    for pod in rendered.pods():
        component = pod.labels.get("app.kubernetes.io/component")
        for container in pod.containers:
            for variable, value in environment(rendered, container).items():
                if component in CALLERS.get(variable, {component}):
                    yield pod, value


def environment(rendered: Rendered, container: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a container, later ones over earlier ones, as Kubernetes gives them."""
    told: dict[str, str] = {}
    for source in container.get("envFrom", []):
        found = rendered.find("ConfigMap", source.get("configMapRef", {}).get("name", ""))
        told |= found.get("data", {}) if found else {}
    return told | {variable["name"]: variable.get("value", "") for variable in container.get("env", [])}


def _open(rendered: Rendered, pod: Pod, target: Mapping[str, str], port: int) -> bool:
    policies = rendered.of("NetworkPolicy")
    out = any(_leads(policy, pod.labels, target, port) for policy in policies)
    return out and any(_admits(policy, target, pod.labels, None, port) for policy in policies)


def _leads(policy: Mapping[str, Any], source: Mapping[str, str], target: Mapping[str, str], port: int) -> bool:
    """True if `policy` allows egress from pods with the labels `source` to those with the labels `target`."""
    return selects(policy["spec"]["podSelector"], source) and any(
        _has_port(line, port) and any(_is_peer(peer, target, None) for peer in line.get("to", []))
        for line in policy["spec"].get("egress", [])
    )


def _admits(
    policy: Mapping[str, Any],
    target: Mapping[str, str],
    source: Mapping[str, str],
    namespace: Mapping[str, str] | None,
    port: int,
) -> bool:
    """True if `policy` allows ingress from pods with the labels `source`, by default of this namespace."""
    return selects(policy["spec"]["podSelector"], target) and any(
        _has_port(line, port) and any(_is_peer(peer, source, namespace) for peer in line.get("from", []))
        for line in policy["spec"].get("ingress", [])
    )


def _is_peer(peer: Mapping[str, Any], labels: Mapping[str, str], namespace: Mapping[str, str] | None) -> bool:
    if "ipBlock" in peer or ("namespaceSelector" in peer) != (namespace is not None):
        return False
    return selects(peer.get("podSelector", {}), labels) and selects(peer.get("namespaceSelector", {}), namespace or {})


def _has_port(line: Mapping[str, Any], port: int) -> bool:
    return any(one["port"] <= port <= one.get("endPort", one["port"]) for one in line.get("ports", []))


def _lines(policy: Mapping[str, Any]) -> list[Any]:
    return [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]
