"""`python -m services.registration person …`."""

import time
from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from services.registration.privacy import domain
from services.registration.privacy.queries import Erasure
from shared.addresses import fold_email
from shared.commands.door import AWAY, Start, acting, in_transaction, note, print_json

HELP = (
    "Forget a person in every service (GDPR, article 17): their seats in what is to come go to those who wait, what"
    " they took part in stays counted without them. It cannot be taken back. Without --yes it changes nothing, and"
    " counts what is held on them (then the exit code is 0 too)."
)
waiting = click.option(
    "--wait",
    default=0,
    show_default=True,
    metavar="SECONDS",
    type=click.IntRange(0, 86_400),
    help="Wait so long for every service to be done; where one is not by then, the exit code is 3.",
)


def forgetting(start: Start) -> click.Group:
    """The commands, for the service whose runtime `start` makes."""
    group = click.Group("person", help="What is held on a person, and forgetting them.")

    @group.command(help=HELP)
    @click.option("--address", help="The person's mail address.")
    @click.option("--id", "person_id", type=UUID, help="The person's id.")
    @click.option("--yes", is_flag=True, help="Do it.")
    @waiting
    @acting
    def erase(address: str | None, person_id: UUID | None, yes: bool, wait: int, actor: str) -> None:
        if bool(address) == bool(person_id):
            raise click.UsageError("Say --address or --id.")

        def work(conn: Connection) -> Any:
            email = domain.find_email(conn, person_id) if person_id else fold_email(address or "")
            if not yes:
                return {name: len(rows) for name, rows in domain.describe(conn, email).items()}
            erasure = domain.erase(conn, email, cause="asked of staff")
            note(conn, actor, "person.erase", erasure.id)
            return erasure

        done = in_transaction(start, work)
        if isinstance(done, Erasure):
            _follow(start, done, wait)
        else:
            print_json({"dry_run": True, "held": done})

    @group.command(help="How far an erasure is: when each service was done. Changes nothing.")
    @click.argument("id", type=UUID)
    @waiting
    def erasure(id: UUID, wait: int) -> None:
        _follow(start, in_transaction(start, lambda conn: domain.get_erasure(conn, id)), wait)

    return group


def _follow(start: Start, erasure: Erasure, seconds: int) -> None:
    """Print how far an erasure is once it is done, or so many seconds have passed: exit code 3 then."""
    deadline, id = time.monotonic() + seconds, erasure.id
    while not erasure.notifications_done_at and time.monotonic() < deadline:
        time.sleep(0.5)
        erasure = in_transaction(start, lambda conn: domain.get_erasure(conn, id))
    done = erasure.notifications_done_at is not None
    services = {"registration": erasure.registration_done_at, "notifications": erasure.notifications_done_at}
    answer = {"dry_run": False, "id": erasure.id, "state": "done" if done else "running", "services": services}
    if seconds and not done:
        click.echo("Notifications has not forgotten this person yet.", err=True)
        print_json(answer)
        raise click.exceptions.Exit(AWAY)
    print_json(answer)
