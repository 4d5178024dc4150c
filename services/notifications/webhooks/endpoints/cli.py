"""`python -m services.notifications webhooks …`."""

from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.endpoints import domain, queries
from services.notifications.webhooks.endpoints.secret_encryption import SecretLost, reencrypt_secret
from shared import runtime
from shared.cli.runner import (
    RuntimeFactory,
    actor_option,
    dry_run_option,
    in_transaction,
    print_json,
    print_outcome,
    record_operator_action,
)


def webhook_commands(start: RuntimeFactory) -> click.Group:
    """Returns the commands, for the service whose runtime `start` makes."""
    group = click.Group("webhooks", help="The outside sites that are told of what is published.")

    @group.command(
        "reseal",
        help="Encrypt every webhook's secrets by the first key of LINKS_KEY_FILE; the sites keep their secrets. To be"
        " run after a key was put on top, before the one below is taken away. Secrets that no key of the file can read"
        " are told, and make the exit code 1: rotate those.",
    )
    @dry_run_option
    @actor_option
    def command(dry_run: bool, actor: str) -> None:
        answer = in_transaction(start, lambda conn: _reseal_all(conn, actor, dry_run=dry_run))
        print_outcome(answer, refused=bool(answer["lost"]))

    @group.command(
        "rotate",
        help="Make a new secret for one webhook and print it, this once: hand it to the site by a safe way. The one"
        " before signs too for 24 hours.",
    )
    @click.argument("id", type=UUID)
    @actor_option
    def rotate(id: UUID, actor: str) -> None:
        def work(conn: Connection) -> dict[str, Any]:
            secret, until = domain.rotate(conn, runtime.settings(), id)
            record_operator_action(conn, actor, "webhook.rotate", id)
            return {"id": id, "secret": secret, "previous_signs_until": until}

        print_json(in_transaction(start, work))

    return group


def _reseal_all(conn: Connection, actor: str, *, dry_run: bool) -> dict[str, Any]:
    settings = runtime.settings()
    outcome: dict[str, list[UUID]] = {"resealed": [], "already": [], "lost": []}
    for row in queries.lock_secrets(conn):
        outcome[_reseal(conn, settings, row, dry_run=dry_run)].append(row.id)
    if not dry_run:
        counts = {name: len(ids) for name, ids in outcome.items()}
        record_operator_action(conn, actor, "webhooks.reseal", "webhooks", counts)
    return {"dry_run": dry_run, **outcome}


def _reseal(conn: Connection, settings: NotificationsSettings, row: queries.EncryptedSecrets, *, dry_run: bool) -> str:
    """Encrypts a webhook's secrets again; returns the name of the list that its id belongs to.

    A previous secret that does not sign any more may be lost.
    """
    try:
        secret = reencrypt_secret(settings, row.id, row.secret)
        previous = reencrypt_secret(settings, row.id, row.previous_secret) if row.previous_secret else None
    except SecretLost:
        return "lost"
    if (secret, previous) == (row.secret, row.previous_secret):
        return "already"
    if not dry_run:
        queries.update_encrypted_secrets(conn, row.id, secret=secret, previous_secret=previous)
    return "resealed"
