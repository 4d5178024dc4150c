"""The broker's definitions for tests: the real ones, once for each virtual host, and a user who may do everything."""

import json
from pathlib import Path
from typing import Any

from deploy.secrets import hash_password, make_secrets
from tests.servers.engines import TESTER


def vhost_names(workers: int) -> list[str]:
    """`convene`, and one for each further xdist worker."""
    return ["convene", *(f"convene-{number}" for number in range(1, workers))]


def write_secrets(folder: Path, vhosts: list[str]) -> None:
    """Make the secrets, and definitions with every virtual host in `vhosts`."""
    make_secrets(folder)
    password = folder / f"{TESTER}-broker-password"
    password.write_text((folder / "operator-broker-password").read_text())
    definitions = json.loads((folder / "definitions.json").read_text())
    (folder / "test-definitions.json").write_text(json.dumps(_widened(definitions, vhosts, password.read_text())))


def _widened(definitions: dict[str, Any], vhosts: list[str], password: str) -> dict[str, Any]:
    tester = {
        "name": TESTER,
        "password_hash": hash_password(password.strip()),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"],
    }
    everything = {"user": TESTER, "vhost": "convene", "configure": ".*", "write": ".*", "read": ".*"}
    definitions["permissions"].append(everything)
    kept = {"users": [*definitions["users"], tester], "vhosts": [{"name": name} for name in vhosts]}
    return {
        key: kept.get(key) or [{**item, "vhost": v} for v in vhosts for item in items]
        for key, items in definitions.items()
    }
