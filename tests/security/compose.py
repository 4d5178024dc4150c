"""docker-compose.yml as it is written, and who may read which secret by it."""

from typing import Any

import yaml

from deploy.readers import PUBLIC, READERS
from tests.servers.databases import ROOT

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
NAMES = tuple(SERVICES)
# Those that `docker compose up` starts; the others belong to profiles.
STARTED = {name: service for name, service in SERVICES.items() if "profiles" not in service}
# The only container that is root: once, without a network, it gives each secret to its reader.
ROOTS = {"setup": ["CHOWN", "DAC_OVERRIDE", "FOWNER"]}
OTHERS = tuple(name for name in NAMES if name not in ROOTS)

OF_CATALOG = {"jwks.json", "catalog-db-password", "catalog-broker-password", "catalog-session-key"}
OF_REGISTRATION = {"registration-db-password", "registration-broker-password", "registration-session-key"}
OF_REGISTRATION |= {"jwks.json", "links-key", "badge-key"}
OF_NOTIFICATIONS = {"notifications-db-password", "notifications-broker-password", "notifications-session-key"}
OF_NOTIFICATIONS |= {"jwks.json", "links-key"}
# What each container can read of the secrets.
READS: dict[str, set[str]] = {
    "sample": OF_CATALOG,
    "catalog-migrate": {"jwks.json", "catalog-owner-db-password"},
    "catalog-api": OF_CATALOG,
    "catalog-worker": OF_CATALOG,
    "registration-migrate": {"jwks.json", "registration-owner-db-password"},
    "registration-api": OF_REGISTRATION,
    "registration-worker": OF_REGISTRATION,
    "notifications-migrate": {"jwks.json", "notifications-owner-db-password"},
    "notifications-api": OF_NOTIFICATIONS,
    "notifications-worker": OF_NOTIFICATIONS,
    "gateway": set(),
    "identity": {"jwks.json", "jwt-private.pem"},
    "mail": set(),
    "prometheus": set(),
    "grafana": set(),
    "jaeger": set(),
    "postgres": {"jwks.json", "postgres-password", *(name for name in READERS if name.endswith("-db-password"))},
    "rabbitmq": {"jwks.json", "definitions.json", "erlang-cookie"},
}


def readable(name: str) -> set[str]:
    """The secrets that a container can open, by its user, its groups, and what deploy/readers.py gives to them."""
    service = SERVICES[name]
    if not any(str(volume).startswith("secrets:") for volume in service.get("volumes", ())):
        return set()
    user, group = service["user"].split(":")
    groups = {group, *service.get("group_add", ())}
    own = {secret for secret, (owner, shared) in READERS.items() if str(owner) == user or str(shared) in groups}
    return own | set(PUBLIC)
