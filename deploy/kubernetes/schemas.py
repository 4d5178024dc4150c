"""Validates resources against the Kubernetes API in three versions, and custom resources against their operators.

Schemas of Kubernetes come with the package kubernetes-validate. Those of custom resources come with none: schemas/
holds the fields that we use, strictly, each with its source.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate

from deploy.kubernetes.rendering import Rendered, Resource, label

# The minor versions that Kubernetes maintains at this time.
VERSIONS = ("1.35", "1.36", "1.37")
CUSTOM = Path(__file__).parent / "schemas"


def fit(rendered: Rendered, version: str) -> Iterator[str]:
    """Yield what this version of Kubernetes, or an operator, would refuse or not know."""
    for resource in rendered.resources:
        file = CUSTOM / f"{resource['kind'].lower()}.{resource['apiVersion'].rpartition('/')[0]}.json"
        wrong = _custom(resource, file) if file.exists() else _native(resource, version)
        yield from (f"{label(resource)}: {said}" for said in wrong)


def _native(resource: Resource, version: str) -> Iterator[str]:
    try:
        kubernetes_validate.validate(resource, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{error.message} at {'/'.join(map(str, error.path))}"
    except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
        yield str(error)


def _custom(resource: Resource, file: Path) -> Iterator[str]:
    schema: dict[str, Any] = json.loads(file.read_text())
    for error in jsonschema_rs.validator_for(schema).iter_errors(resource):
        yield f"{error.message} at {'/'.join(map(str, error.instance_path))}"
