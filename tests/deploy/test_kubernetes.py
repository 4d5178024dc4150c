"""Every overlay is what three versions of Kubernetes take, and keeps every rule; and a rule that is broken speaks."""

import copy
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.docs import DOCS
from deploy.kubernetes import schemas
from deploy.kubernetes.check import RULES
from deploy.kubernetes.rendering import OVERLAYS, Rendered, RenderingFailedError, Resource, render

NAMES = sorted(folder.name for folder in OVERLAYS.iterdir())
Break = Callable[[Rendered], None]


@cache
def overlay(name: str) -> Rendered:
    return render(OVERLAYS / name)


def get(rendered: Rendered, kind: str, name: str) -> Resource:
    found = rendered.find(kind, name)
    assert found, f"{kind} {name}"
    return found


def at(value: Any, *path: str | int) -> Any:
    for part in path:
        value = value[part]
    return value


def put(kind: str, name: str, *path: str | int, value: Any) -> Break:
    """Change one field of a resource."""

    def change(rendered: Rendered) -> None:
        at(get(rendered, kind, name), *path[:-1])[path[-1]] = value

    return change


def drop(kind: str, name: str, *path: str | int) -> Break:
    """Leave out one field of a resource, or all of it."""

    def change(rendered: Rendered) -> None:
        if path:
            del at(get(rendered, kind, name), *path[:-1])[path[-1]]
        else:
            rendered.resources.remove(get(rendered, kind, name))

    return change


def tell(name: str, variable: str, value: str | None) -> Break:
    """Let a generated ConfigMap, whose name ends in a digest, say something else; nothing where `value` is None."""

    def change(rendered: Rendered) -> None:
        [found] = [m for m in rendered.of("ConfigMap") if m["metadata"]["name"].startswith(f"{name}-")]
        found["data"].pop(variable, None)
        if value is not None:
            found["data"][variable] = value

    return change


POD = ("spec", "template", "spec")
API = ("Deployment", "catalog-api", *POD)
WORKER = ("Deployment", "notifications-worker", *POD)
BROKER = ("RabbitmqCluster", "rabbitmq", "spec", "override", "statefulSet", *POD)
CONTAINER = (*API, "containers", 0)
INIT = (*API, "initContainers", 0)
SETUP = "database-setup-0-1-0"
SOURCES = ("volumes", 0, "projected", "sources")
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine", "namespace": "convene"}, "data": {}}
# For each rule, ways to break it.
BREAKS: dict[str, list[Break]] = {
    "confined": [
        drop(*API, "securityContext", "runAsNonRoot"),
        put(*API, "securityContext", "runAsUser", value=0),
        drop(*API, "securityContext", "seccompProfile"),
        drop(*API, "automountServiceAccountToken"),
        put(*API, "hostNetwork", value=True),
        put(*API, "volumes", 2, value={"name": "tmp", "hostPath": {"path": "/var/lib"}}),
        put(*CONTAINER, "securityContext", "readOnlyRootFilesystem", value=False),
        put(*INIT, "securityContext", "allowPrivilegeEscalation", value=True),
        put(*INIT, "securityContext", "runAsUser", value=0),
        put(*CONTAINER, "securityContext", "capabilities", value={"drop": ["ALL"], "add": ["NET_ADMIN"]}),
        drop("Job", SETUP, *POD, "containers", 0, "securityContext"),
    ],
    "limited": [drop(*CONTAINER, "resources", "limits", "memory"), drop(*INIT, "resources", "requests")],
    "probed": [
        drop(*CONTAINER, "startupProbe"),
        put(*CONTAINER, "livenessProbe", "httpGet", "port", value="health"),
        drop(*CONTAINER, "readinessProbe", "httpGet", "path"),
    ],
    "pinned": [
        put(*CONTAINER, "image", value="registry.example.org/convene/convene-catalog:latest"),
        put("Deployment", "gateway", *POD, "containers", 0, "image", value="nginx"),
        put("RabbitmqCluster", "rabbitmq", "spec", "image", value="rabbitmq"),
    ],
    "released_together": [
        put(*CONTAINER, "image", value="registry.example.org/convene/convene-catalog:0.2.0"),
        put("Job", "catalog-migrate-0-1-0", "metadata", "name", value="catalog-migrate"),
        tell("convene-settings", "RELEASE", "0.0.9"),
    ],
    "stopped_in_time": [
        put(*API, "terminationGracePeriodSeconds", value=30),
        put(*WORKER, "terminationGracePeriodSeconds", value=10),
    ],
    "drained": [drop(*CONTAINER, "lifecycle"), drop("Deployment", "gateway", *POD, "containers", 0, "lifecycle")],
    "keys_exist": [
        put(*API, *SOURCES, 0, "secret", "name", value="catalog-password"),
        put(*API, *SOURCES, 0, "secret", "items", 0, "key", value="password"),
        put(*CONTAINER, "envFrom", 0, "configMapRef", "name", value="settings"),
        put("Cluster", "postgres", "metadata", "name", value="postgres-restored"),
        put("Deployment", "gateway", *POD, "containers", 0, "volumeMounts", 0, "subPath", value="other.conf"),
        put("TriggerAuthentication", "catalog-database", "spec", "secretTargetRef", 0, "key", value="password"),
        put("TriggerAuthentication", "rabbitmq-operator", "spec", "configMapTargetRef", 0, "key", value="user"),
        put("Gateway", "site", "spec", "listeners", 0, "tls", "certificateRefs", 0, "name", value="tls"),
        put(*BROKER, "volumes", 0, "secret", "secretName", value="topology"),
    ],
    "no_secret_is_written": [
        lambda rendered: rendered.resources.append(copy.deepcopy(SECRET)),
        tell("catalog-settings", "DATABASE_URL", "postgresql://catalog:secret@postgres-rw:5432/convene"),
        put(*CONTAINER, "env", value=[{"name": "LOG_LEVEL", "valueFrom": {"secretKeyRef": {"name": "x", "key": "x"}}}]),
    ],
    "accounts_exist": [
        drop("ServiceAccount", "catalog-api"),
        put(*API, "serviceAccountName", value="catalog-worker"),
        drop("ServiceAccount", "catalog-api", "automountServiceAccountToken"),
    ],
    "selectors_match": [
        put("Service", "catalog-api", "spec", "selector", value={"app.kubernetes.io/name": "catalogue"}),
        put("Service", "catalog-api", "spec", "ports", 0, "targetPort", value="web"),
        put("PodDisruptionBudget", "gateway", "spec", "selector", "matchLabels", value={"app": "gateway"}),
        put("NetworkPolicy", "api", "spec", "podSelector", "matchLabels", value={"app": "api"}),
        put("NetworkPolicy", "api", "spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", value={"app": "x"}),
    ],
    "every_deployment_is_kept": [
        drop("PodDisruptionBudget", "catalog-worker"),
        drop("Service", "catalog-worker"),
        drop("ScaledObject", "catalog-worker"),
        put("Deployment", "catalog-api", "spec", "replicas", value=3),
        drop(*API, "topologySpreadConstraints"),
    ],
    "targets_exist": [
        put("HorizontalPodAutoscaler", "catalog-api", "spec", "scaleTargetRef", "name", value="api"),
        put("ScaledObject", "catalog-worker", "spec", "triggers", 1, "authenticationRef", "name", value="database"),
        put("HTTPRoute", "site", "spec", "rules", 0, "backendRefs", 0, "port", value=80),
        put("HTTPRoute", "site", "spec", "parentRefs", 0, "sectionName", value="tls"),
    ],
    "denied_by_default": [
        drop("NetworkPolicy", "default-deny"),
        put("NetworkPolicy", "default-deny", "spec", "policyTypes", value=["Ingress"]),
        put("NetworkPolicy", "dns", "spec", "ingress", value=[{}]),
        drop("NetworkPolicy", "api", "spec", "ingress", 0, "from"),
    ],
    "told_addresses_are_reached": [
        tell("catalog-settings", "BROKER_URL", "amqp://catalog@rabbit:5672/convene"),
        tell("catalog-settings", "DATABASE_URL", "postgresql://catalog@postgres-rw:5433/convene"),
        tell("gateway-settings", "GATEWAY_CATALOG", "catalog-api.convene.svc.cluster.local:9000"),
        drop("NetworkPolicy", "worker", "spec", "egress", 1),
        drop("NetworkPolicy", "rabbitmq", "spec", "ingress", 0),
        put("NetworkPolicy", "gateway", "spec", "egress", 0, "ports", 0, "port", value=8080),
    ],
    "scalers_are_let_in": [
        drop("NetworkPolicy", "postgres", "spec", "ingress", 0, "from", 1),
        drop("NetworkPolicy", "rabbitmq", "spec", "ingress", 1),
        put("ScaledObject", "catalog-worker", "spec", "triggers", 0, "metadata", "host", value="http://rabbit:15672"),
    ],
    "hosts_are_of_this_namespace": [
        put("Namespace", "convene", "metadata", "name", value="learning"),
        put("Service", "gateway", "metadata", "namespace", value="default"),
        tell("gateway-settings", "GATEWAY_CATALOG", "catalog-api.learning.svc.cluster.local:8000"),
    ],
    "settings_are_known_and_safe": [
        tell("catalog-settings", "DATABASE_URI", "x"),
        tell("catalog-settings", "DATABASE_URL", None),
        tell("notifications-settings", "MAIL_FROM", None),
        tell("notifications-settings", "SMTP_URL", "smtp://convene@smtp.example.org:25"),
        tell("registration-settings", "BADGE_KEY_FILE", None),
        tell("convene-settings", "PUBLIC_URL", "http://learning.example.org"),
        tell("convene-settings", "JWT_ISSUER", None),
        tell("convene-settings", "CLOCK_FILE", "/clock/offset"),
        tell("convene-settings", "WEB_WORKERS", "many"),
    ],
    "secrets_are_mounted": [
        drop(*API, *SOURCES, 0),
        lambda rendered: at(get(rendered, "Deployment", "catalog-api"), *POD, *SOURCES).append(
            {"secret": {"name": "badge-key", "items": [{"key": "badge-key", "path": "badge-key"}]}}
        ),
    ],
    "connections_suffice": [
        put("Cluster", "postgres", "spec", "postgresql", "parameters", "max_connections", value="200"),
        put("HorizontalPodAutoscaler", "catalog-api", "spec", "maxReplicas", value=40),
        tell("convene-settings", "WEB_THREADS", "40"),
    ],
}  # fmt: skip
BROKEN = [(rule, number) for rule, breaks in BREAKS.items() for number in range(len(breaks))]


@pytest.mark.parametrize("version", schemas.VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_every_version_of_kubernetes_takes_every_resource(name: str, version: str) -> None:
    assert list(schemas.fit(overlay(name), version)) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_an_overlay_keeps_the_rule(name: str, rule: Callable[[Rendered], Any]) -> None:
    assert list(rule(overlay(name))) == []


@pytest.mark.parametrize(("name", "number"), BROKEN)
def test_a_rule_that_is_broken_speaks(name: str, number: int) -> None:
    broken = copy.deepcopy(overlay("production"))
    BREAKS[name][number](broken)

    assert list(next(rule for rule in RULES if rule.__name__ == name)(broken)) != []


def test_each_rule_is_shown_to_speak() -> None:
    assert [rule.__name__ for rule in RULES] == list(BREAKS)


@pytest.mark.parametrize("version", schemas.VERSIONS)
@pytest.mark.parametrize(
    "change",
    [
        put(*CONTAINER, "livenessProbes", value={}),
        put("Service", "gateway", "spec", "ports", 0, "port", value="http"),
        put("NetworkPolicy", "api", "apiVersion", value="networking.k8s.io/v2"),
        put("Cluster", "postgres", "spec", "instance", value=3),
        put("Cluster", "postgres", "spec", "postgresql", "parameters", "max_connections", value=600),
        put("RabbitmqCluster", "rabbitmq", "spec", "replicas", value=2),
        put("ScaledObject", "catalog-worker", "spec", "triggers", 0, "metadata", "value", value=500),
        put("ScaledObject", "catalog-worker", "spec", "triggers", 1, "metadata", "sslmode", value="disable"),
        put("TriggerAuthentication", "catalog-database", "spec", "secretTargetRef", 0, "secret", value="x"),
        put("HTTPRoute", "site", "apiVersion", value="gateway.networking.k8s.io/v1beta1"),
        put("Gateway", "site", "kind", value="Gateways"),
    ],
)
def test_what_kubernetes_would_refuse_is_told(version: str, change: Break) -> None:
    whole = overlay("production")
    broken = copy.deepcopy(whole)
    change(broken)
    changed = [now for now, was in zip(broken.resources, whole.resources, strict=True) if now != was]

    assert list(schemas.fit(Rendered(changed), version)) != []


@pytest.mark.parametrize("page", ["kubernetes.md", "operations/backup.md"])
def test_what_a_page_gives_as_an_example_is_what_operators_take(page: str) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    examples = [one for block in blocks for one in yaml.safe_load_all(block) if one]

    assert examples
    assert list(schemas.fit(Rendered(examples), schemas.VERSIONS[-1])) == []


def test_what_kustomize_refuses_is_told(tmp_path: Path) -> None:
    shutil.copytree(OVERLAYS.parent / "base" / "rabbitmq", tmp_path / "rabbitmq")
    (tmp_path / "rabbitmq" / "cluster.yaml").unlink()

    with pytest.raises(RenderingFailedError, match=r"cluster\.yaml"):
        render(tmp_path / "rabbitmq")
