"""`python -m services.registration person …`."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from services.registration.privacy import domain, queries
from services.registration.privacy.domain import Held
from services.registration.privacy.queries import Erasure
from shared.cli.runner import (
    UNAVAILABLE,
    RuntimeFactory,
    actor_option,
    in_transaction,
    poll_until,
    print_json,
    record_operator_action,
    wait_option,
)
from shared.email_addresses import fold_stored_email
from shared.errors import NotFound

CAUSE = "asked of staff"


def forgetting(start: RuntimeFactory) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("person", help="What is held on a person, and erasing them.")

    _add_show(group, start)
    _add_erase(group, start)

    @group.command(help="How far an erasure is: when each service was done. Changes nothing.")
    @click.argument("id", type=UUID)
    @wait_option
    def erasure(id: UUID, wait: int) -> None:
        _follow(start, id, wait)

    return group


def _add_show(group: click.Group, start: RuntimeFactory) -> None:
    @group.command(
        help="All that registration holds on a person (GDPR, article 15). Prints personal data. Each service has this"
        " command; what they print together is all that is held. Changes nothing."
    )
    @click.option("--address", required=True, help="The person's mail address.")
    @actor_option
    def show(address: str, actor: str) -> None:
        def work(conn: Connection) -> Held:
            held = domain.describe(conn, fold_stored_email(address))
            record_operator_action(
                conn, actor, "person.export", held["person"][0]["id"] if held["person"] else "nobody"
            )
            return held

        print_json(in_transaction(start, work))


def _add_erase(group: click.Group, start: RuntimeFactory) -> None:
    @group.command(
        help="Erase a person in every service and under every address that they had (GDPR, article 17), also one who"
        " only reads the newsletter: their seats in what is to come go to those who wait, what counts stays. It cannot"
        " be undone. Without --yes it changes nothing and counts what registration holds."
    )
    @click.option("--address", help="The person's mail address.")
    @click.option("--id", "person_id", type=UUID, help="The person's id.")
    @click.option("--yes", is_flag=True, help="Do it.")
    @wait_option
    @actor_option
    def erase(address: str | None, person_id: UUID | None, yes: bool, wait: int, actor: str) -> None:
        if bool(address) == bool(person_id):
            raise click.UsageError("Say --address or --id.")

        def work(conn: Connection) -> Any:
            email = _find(conn, address, person_id)
            if not yes:
                held = domain.describe(conn, email)
                return {"dry_run": True, "held": {name: len(rows) for name, rows in held.items()}}
            erasure = domain.erase(conn, email, cause=CAUSE)
            record_operator_action(conn, actor, "person.erase", erasure.id)
            return erasure

        done = in_transaction(start, work)
        if isinstance(done, Erasure):
            _follow(start, done.id, wait)
        else:
            print_json(done)


def _follow(start: RuntimeFactory, id: UUID, wait: int) -> None:
    """Print how far an erasure is once it is done, or `wait` seconds have passed, which is exit code 3 then."""
    found = poll_until(start, lambda conn: domain.get_erasure(conn, id), until=_is_done, seconds=wait)
    print_json(asdict(found))
    if wait and not _is_done(found):
        raise click.exceptions.Exit(UNAVAILABLE)


def _is_done(erasure: Erasure) -> bool:
    return erasure.notifications_done_at is not None


def _find(conn: Connection, address: str | None, person_id: UUID | None) -> str:
    """The folded address of the person. Raises NotFound."""
    if address:
        return fold_stored_email(address)
    email = queries.select_email(conn, person_id) if person_id else None
    if email is None:
        raise NotFound("Nothing is held on this person.")
    return email
