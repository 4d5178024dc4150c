"""Limits on what the public causes, above all mails, for every public route that writes.

A view declares itself with `@limited`, and within its transaction calls `spend_mails` (or `spend`), which counts
against the network that asks and against each mailbox that is mailed. Mails that staff cause, or that somebody causes
who is signed in with the very address, are not counted. tests/structure holds that every public route that writes is
limited or gives a reason why it is not.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import current_app, request
from psycopg import Connection

from shared import rate_limits, runtime
from shared.email_addresses import mailbox_of
from shared.http.client_address import client_network
from shared.rate_limits import SHARDS, Charge

View = TypeVar("View", bound=Callable[..., Any])

NETWORK_SECONDS, MAILBOX_SECONDS = 600, 3600
NETWORK_REFUSAL = "Too much mail was caused from your network. Nothing was changed; please try again later."
MAILBOX_REFUSAL = "Too much mail went to this address lately. Nothing was changed; please try again later."


def rate_limited(view: View) -> View:
    """Declare a public view that counts what it causes."""
    vars(view).update(limited=True)
    return view


def consume(conn: Connection, charges: Sequence[Charge]) -> None:
    """Count what the present request causes. Raises TooMany, and then the caller's transaction is void."""
    assert_declared()
    rate_limits.consume(conn, charges)


def consume_mails(conn: Connection, mailboxes: Sequence[str], *, mails: int = 1) -> None:
    """Count `mails` to each of these folded addresses. Raises TooMany, and then the caller's transaction is void."""
    consume(conn, mail_charges(mailboxes, mails=mails))


def mail_charges(mailboxes: Sequence[str], *, mails: int = 1) -> list[Charge]:
    """Return the keys under which `mails` to each of these folded addresses are counted."""
    return [network_charge(mails * len(mailboxes)), *[mailbox_charge(mailbox, mails) for mailbox in mailboxes]]


def network_charge(mails: int = 1) -> Charge:
    """Mails counted against the network that asks."""
    most = runtime.settings().mails_per_network
    return Charge(
        "network mails", client_network(), most, NETWORK_SECONDS, NETWORK_REFUSAL, amount=mails, shards=SHARDS
    )


def mailbox_charge(address: str, mails: int = 1) -> Charge:
    """Mails counted against the mailbox of a folded address."""
    most = runtime.settings().mails_per_mailbox
    return Charge("mailbox mails", mailbox_of(address), most, MAILBOX_SECONDS, MAILBOX_REFUSAL, amount=mails)


def assert_declared() -> None:
    """Hold that the present view is declared, so that a test of the declarations misses none that spends."""
    view = current_app.view_functions[str(request.endpoint)]
    assert vars(view).get("limited"), f"{request.endpoint} is limited and does not declare it"
