"""Gives each secret in a folder to those who may read it: `python -m deploy.readers FOLDER`.

Containers that share one volume of secrets run under different numbers; a secret belongs to its reader, and to its
second reader by the group. What nobody is named for stays root's.
"""

import os
import sys
from pathlib import Path

ROOT = 0
# The numbers that docker-compose.yml runs the services under.
CATALOG, REGISTRATION, NOTIFICATIONS = 10001, 10002, 10003
# The number of `postgres` and of `rabbitmq` in their official images.
ENGINE = 999

READERS = {
    "postgres-password": (ENGINE, ROOT),
    "definitions.json": (ENGINE, ROOT),
    "catalog-db-password": (CATALOG, ENGINE),
    "registration-db-password": (REGISTRATION, ENGINE),
    "notifications-db-password": (NOTIFICATIONS, ENGINE),
    "catalog-broker-password": (CATALOG, ROOT),
    "registration-broker-password": (REGISTRATION, ROOT),
    "notifications-broker-password": (NOTIFICATIONS, ROOT),
    "catalog-session-key": (CATALOG, ROOT),
    "registration-session-key": (REGISTRATION, ROOT),
    "notifications-session-key": (NOTIFICATIONS, ROOT),
    "erlang-cookie": (ENGINE, ROOT),
    "links-key": (REGISTRATION, NOTIFICATIONS),
    "badge-key": (REGISTRATION, ROOT),
}
PUBLIC = ("jwks.json",)


def share_secrets(folder: Path) -> None:
    """Let each reader open its secrets by their names, and nobody list the folder."""
    folder.chmod(0o711)
    for name, (user, group) in READERS.items():
        os.chown(folder / name, user, group)
        (folder / name).chmod(0o440)
    for name in PUBLIC:
        (folder / name).chmod(0o444)


if __name__ == "__main__":
    share_secrets(Path(sys.argv[1]))
