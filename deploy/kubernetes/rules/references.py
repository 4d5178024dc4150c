"""Every reference resolves: keys of Secrets and ConfigMaps, accounts, selectors, scale targets, hosts."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from deploy.kubernetes.rendering import Pod, Rendered, Resource, label, selects
from deploy.kubernetes.secrets import secret_name
from deploy.secrets import SERVICES

# The files that an operator provides, each in a Secret: docs/kubernetes.md lists them. Those of the last line but one
# come from others, those of the last are for development alone.
FILES = (
    *(f"{service}{kind}" for service in SERVICES for kind in ("-db-password", "-owner-db-password", "-session-key")),
    *(f"{user}-broker-password" for user in (*SERVICES, "operator")),
    *("definitions.json", "links-key", "badge-key"),
    *("smtp-password", "oidc-client-secret"),
    *("jwks.json", "jwt-private.pem"),
)
# cert-manager, or who else has the certificate of the site.
CERTIFICATE = {"site-tls": {"tls.crt", "tls.key"}}
PROVIDED: dict[str, set[str]] = {secret_name(file): {file} for file in FILES} | CERTIFICATE

Reference = tuple[str, str, Collection[str]]


def keys_exist(rendered: Rendered) -> Iterator[str]:
    """Every key of a Secret is provided, and every key of a ConfigMap is there."""
    maps = {one["metadata"]["name"]: one.get("data", {}).keys() for one in rendered.of("ConfigMap")}
    known: dict[str, Mapping[str, Collection[str]]] = {"Secret": PROVIDED | _made(rendered), "ConfigMap": maps}
    for owner, references in _references(rendered):
        for kind, name, keys in references:
            if name not in known[kind]:
                yield f"{owner} needs the {kind} {name}, which nobody provides"
            for key in set(keys) - set(known[kind].get(name, keys)):
                yield f"{owner} needs {key} of the {kind} {name}, which does not hold it"


def no_secret_is_written(rendered: Rendered) -> Iterator[str]:
    """No manifest, variable or address holds a secret."""
    for secret in rendered.of("Secret"):
        yield f"{label(secret)} is written down: secrets come from outside"
    for pod in rendered.pods():
        for container in pod.containers:
            for variable in container.get("env", []):
                if "secretKeyRef" in variable.get("valueFrom", {}):
                    yield f"{pod.owner}: {variable['name']} is a secret in the environment"
    texts = [(label(one), value) for one in rendered.of("ConfigMap") for value in one.get("data", {}).values()]
    for owner, text in texts:
        if re.search(r"://[^/@\s]*:[^/@\s]+@|-----BEGIN", text):
            yield f"{owner} holds a password or a key"


def accounts_exist(rendered: Rendered) -> Iterator[str]:
    """Every pod has an account of its own, which nobody gave a token."""
    names = [pod.spec.get("serviceAccountName") for pod in rendered.pods()]
    for pod in rendered.pods():
        name = pod.spec.get("serviceAccountName")
        account = rendered.find("ServiceAccount", str(name))
        if account is None or names.count(name) > 1:
            yield f"{pod.owner} has no account of its own"
        elif account.get("automountServiceAccountToken") is not False:
            yield f"{label(account)} is given a token"


def selectors_match(rendered: Rendered) -> Iterator[str]:
    """Services, budgets and policies choose pods that there are."""
    pods = rendered.all_pods()
    for owner, selector in _selectors(rendered):
        if not any(selects(selector, pod.labels) for pod in pods):
            yield f"{owner} chooses no pod"
    for service in rendered.of("Service"):
        behind = [pod for pod in rendered.pods() if selects({"matchLabels": service["spec"]["selector"]}, pod.labels)]
        for port in service["spec"]["ports"]:
            for pod in behind:
                if port.get("targetPort", port["port"]) not in _ports(pod):
                    yield f"{label(service)} leads to port {port.get('targetPort')}, which {pod.owner} has not"


def every_deployment_is_kept(rendered: Rendered) -> Iterator[str]:
    """Each Deployment has a Service, one budget of disruptions, somebody who sets its number, and spreads."""
    scaled = [one["spec"]["scaleTargetRef"]["name"] for one in rendered.of("HorizontalPodAutoscaler", "ScaledObject")]
    for deployment in rendered.of("Deployment"):
        name, labels = deployment["metadata"]["name"], deployment["spec"]["template"]["metadata"]["labels"]
        budgets = [one for one in rendered.of("PodDisruptionBudget") if selects(one["spec"]["selector"], labels)]
        if len(budgets) != 1:
            yield f"Deployment {name} has {len(budgets)} budgets of disruptions"
        if not any(selects({"matchLabels": one["spec"]["selector"]}, labels) for one in rendered.of("Service")):
            yield f"Deployment {name} has no Service"
        if scaled.count(name) + ("replicas" in deployment["spec"]) != 1:
            yield f"Deployment {name} has not one who says how many: replicas, an autoscaler or a ScaledObject"
        spread = deployment["spec"]["template"]["spec"].get("topologySpreadConstraints", [])
        if deployment["spec"].get("replicas") != 1 and not any(selects(s["labelSelector"], labels) for s in spread):
            yield f"Deployment {name} is not spread over nodes"


def targets_exist(rendered: Rendered) -> Iterator[str]:
    """Autoscalers and routes have existing targets."""
    for scaler in rendered.of("HorizontalPodAutoscaler", "ScaledObject"):
        if not rendered.find("Deployment", scaler["spec"]["scaleTargetRef"]["name"]):
            yield f"{label(scaler)} scales nothing"
    for scaler in rendered.of("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            if not rendered.find("TriggerAuthentication", trigger["authenticationRef"]["name"]):
                yield f"{label(scaler)}: {trigger['name']} has no authentication"
    for route in rendered.of("HTTPRoute"):
        for backend in [backend for rule in route["spec"]["rules"] for backend in rule.get("backendRefs", [])]:
            service = rendered.find("Service", backend["name"])
            if not service or backend["port"] not in {port["port"] for port in service["spec"]["ports"]}:
                yield f"{label(route)} leads to {backend['name']}:{backend['port']}, which is not there"
        for parent in route["spec"]["parentRefs"]:
            gateway = rendered.find("Gateway", parent["name"])
            names = {listener["name"] for listener in gateway["spec"]["listeners"]} if gateway else set()
            if parent["sectionName"] not in names:
                yield f"{label(route)} hangs on {parent['name']}/{parent['sectionName']}, which is not there"


def _made(rendered: Rendered) -> dict[str, set[str]]:
    """The Secrets that CloudNativePG makes for each of its clusters."""
    names = [cluster["metadata"]["name"] for cluster in rendered.of("Cluster")]
    superusers = {f"{name}-superuser": {"username", "password"} for name in names}
    return superusers | {f"{name}-ca": {"ca.crt"} for name in names}


def _references(rendered: Rendered) -> Iterator[tuple[str, list[Reference]]]:
    for pod in rendered.pods():
        yield pod.owner, [*_mounted(pod.spec), *_told(pod)]
    for cluster in rendered.of("RabbitmqCluster"):
        override = cluster["spec"].get("override", {}).get("statefulSet", {}).get("spec", {})
        yield label(cluster), list(_mounted(override.get("template", {}).get("spec", {})))
    for one in rendered.of("TriggerAuthentication"):
        kinds = {"secretTargetRef": "Secret", "configMapTargetRef": "ConfigMap"}
        yield (
            label(one),
            [(kind, r["name"], [r["key"]]) for part, kind in kinds.items() for r in one["spec"].get(part, [])],
        )
    for one in rendered.of("Gateway"):
        tls = [listener.get("tls", {}) for listener in one["spec"]["listeners"]]
        yield (
            label(one),
            [("Secret", r["name"], ["tls.crt", "tls.key"]) for t in tls for r in t.get("certificateRefs", [])],
        )


def _mounted(spec: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield what the volumes of a pod take from Secrets and ConfigMaps."""
    for volume in spec.get("volumes", []):
        for source in (volume, *volume.get("projected", {}).get("sources", [])):
            for part, kind, name in (("secret", "Secret", "secretName"), ("configMap", "ConfigMap", "name")):
                if found := source.get(part):
                    yield kind, found.get(name) or found["name"], [item["key"] for item in found.get("items", [])]
    for container in spec.get("containers", []):
        for mount in container.get("volumeMounts", []):
            configured = next(
                (
                    v["configMap"]["name"]
                    for v in spec.get("volumes", [])
                    if v["name"] == mount["name"] and "configMap" in v
                ),
                None,
            )
            if configured and "subPath" in mount:
                yield "ConfigMap", configured, [mount["subPath"]]


def _told(pod: Pod) -> Iterator[Reference]:
    for container in pod.containers:
        for source in container.get("envFrom", []):
            part, kind = ("secretRef", "Secret") if "secretRef" in source else ("configMapRef", "ConfigMap")
            yield kind, source[part]["name"], []
        for variable in container.get("env", []):
            if source := variable.get("valueFrom", {}).get("configMapKeyRef"):
                yield "ConfigMap", source["name"], [source["key"]]


def _selectors(rendered: Rendered) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for service in rendered.of("Service"):
        yield label(service), {"matchLabels": service["spec"]["selector"]}
    for budget in rendered.of("PodDisruptionBudget"):
        yield label(budget), budget["spec"]["selector"]
    for policy in rendered.of("NetworkPolicy"):
        yield label(policy), policy["spec"]["podSelector"]
        for peer in _peers(policy):
            yield f"{label(policy)}, a line of it,", peer


def _peers(policy: Resource) -> Iterator[Mapping[str, Any]]:
    """The selectors of pods of this namespace in the lines of a policy."""
    lines = [line.get("from", []) for line in policy["spec"].get("ingress", [])]
    lines += [line.get("to", []) for line in policy["spec"].get("egress", [])]
    for peer in [peer for line in lines for peer in line]:
        if "podSelector" in peer and "namespaceSelector" not in peer:
            yield peer["podSelector"]


def _ports(pod: Pod) -> set[int | str]:
    ports = [port for container in pod.spec["containers"] for port in container.get("ports", [])]
    return {known for port in ports for known in (port.get("name"), port["containerPort"]) if known}
