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
# Their migrations: each alone has the password of its schema's owner.
CATALOG_OWNER, REGISTRATION_OWNER, NOTIFICATIONS_OWNER = 10011, 10012, 10013
# The development identity provider.
IDENTITY = 10004
# Groups of the database and of the broker. Both engines run under one number, 999, in their official images.
DATABASE, BROKER = 10021, 10022

READERS = {
    "postgres-password": (ROOT, DATABASE),
    "definitions.json": (ROOT, BROKER),
    "catalog-db-password": (CATALOG, DATABASE),
    "registration-db-password": (REGISTRATION, DATABASE),
    "notifications-db-password": (NOTIFICATIONS, DATABASE),
    "catalog-owner-db-password": (CATALOG_OWNER, DATABASE),
    "registration-owner-db-password": (REGISTRATION_OWNER, DATABASE),
    "notifications-owner-db-password": (NOTIFICATIONS_OWNER, DATABASE),
    "catalog-broker-password": (CATALOG, ROOT),
    "registration-broker-password": (REGISTRATION, ROOT),
    "notifications-broker-password": (NOTIFICATIONS, ROOT),
    "catalog-session-key": (CATALOG, ROOT),
    "registration-session-key": (REGISTRATION, ROOT),
    "notifications-session-key": (NOTIFICATIONS, ROOT),
    "erlang-cookie": (ROOT, BROKER),
    "links-key": (REGISTRATION, NOTIFICATIONS),
    "badge-key": (REGISTRATION, ROOT),
    "jwt-private.pem": (IDENTITY, ROOT),
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
