"""`python -m services.notifications review-suppressions [--yes]`."""

import re
from typing import Any

import click
from psycopg import Connection

from services.notifications.bounces import queries
from services.notifications.bounces.queries import BouncedAddress
from services.notifications.bounces.verdicts import CODE, judge, read_code
from services.notifications.suppressions.queries import delete
from shared.cli.runner import RuntimeFactory, actor_option, in_transaction, print_json, record_operator_action

# As replies of servers (`550 5.1.1 …`) and notices (`5.1.1 smtp; 550 …`) are kept; else a provider wrote it.
STATUS = re.compile(rf"\s*{CODE}\s+(?:[\w-]+\s*;)?")
SERVER = re.compile(r"\s*[245]\d\d(?:[\s-]|$)")


def review_suppressions_command(start: RuntimeFactory) -> click.Command:
    """The command, for the service whose runtime `start` makes."""

    @click.command(
        "review-suppressions",
        help="Addresses that get no mail since a mail came back, though what the server said, read again, does not say"
        " that they do not exist; and those that a notice named, and no mail was ever due to. Prints personal data."
        " Lifts none without --yes.",
    )
    @click.option("--yes", is_flag=True, help="Lift those that are listed.")
    @actor_option
    def command(yes: bool, actor: str) -> None:
        def work(conn: Connection) -> list[dict[str, Any]]:
            found = [(one, why) for one in queries.select_bounced(conn) if (why := doubt(one))]
            for one, why in found if yes else []:
                delete(conn, one.id)
                record_operator_action(conn, actor, "suppression.lift", str(one.id), {"why": why})
            return [_shown(one, why, lifted=yes) for one, why in found]

        print_json(in_transaction(start, work))

    return command


def doubt(one: BouncedAddress) -> str | None:
    """Why an address should perhaps get mail; None where it should not, or nobody can tell."""
    status = STATUS.match(one.detail)
    if status and not one.mailed:
        return "no mail to this address was ever due"
    said = one.detail[status.end() :] if status else one.detail
    verdict = judge(said.strip(), status=read_code(one.detail) or "")
    if verdict == "hard" or (verdict == "unknown" and not (status or SERVER.match(one.detail))):
        return None
    return {"policy": "the server refused us", "soft": "it may pass", "unknown": "the server did not say why"}[verdict]


def _shown(one: BouncedAddress, why: str, *, lifted: bool) -> dict[str, Any]:
    shown = {"id": one.id, "email": one.email, "since": one.since, "detail": one.detail}
    return {**shown, "why": why, "lifted": lifted}
