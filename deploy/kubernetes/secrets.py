"""The secrets of an installation as Kubernetes takes them: `python -m deploy.kubernetes.secrets FOLDER`.

Prints a List for `kubectl apply --filename -`. FOLDER is what `python -m deploy.secrets` made, with the files beside it
that somebody else gives: `smtp-password`, `oidc-client-secret`. Each file becomes a Secret of its own, so that a
process is given what it reads and nothing else; it is called as the file is, and holds it under the file's whole name.
"""

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

# The operators of PostgreSQL and RabbitMQ make these themselves.
OPERATORS_OWN = frozenset({"postgres-password", "erlang-cookie"})


def secret_name(file: str) -> str:
    """The Secret that holds the file of this name."""
    return file.partition(".")[0]


def manifest(folder: Path) -> dict[str, Any]:
    """A List with a Secret for each file of `folder`."""
    files = [file for file in sorted(folder.iterdir()) if file.name not in OPERATORS_OWN and file.name[0] != "."]
    return {"apiVersion": "v1", "kind": "List", "items": [_secret(file) for file in files]}


def _secret(file: Path) -> dict[str, Any]:
    labels = {"app.kubernetes.io/part-of": "convene"}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": secret_name(file.name), "labels": labels},
        "type": "Opaque",
        "data": {file.name: base64.b64encode(file.read_bytes()).decode()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.kubernetes.secrets", description="Print a folder of secrets as Kubernetes takes them."
    )
    parser.add_argument("folder", type=Path)
    json.dump(manifest(parser.parse_args().folder), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
