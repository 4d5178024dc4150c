"""Who gets the newsletter: only those who confirmed that they want it, for as long as they do.

A request is anybody's claim about an address. It causes one mail to it and nothing else, so nobody can sign up, change
or insult somebody else, and no answer tells whether an address is known. What its owner then does is kept as proof.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.notifications.messages import kinds
from services.notifications.messages import queries as messages
from services.notifications.subscriptions import queries, request_queries
from services.notifications.subscriptions.queries import Origin, SignUp, Subscription
from shared import rate_limits, runtime, signed_links
from shared.email_addresses import mailbox_of
from shared.errors import Conflict, Gone, NotFound
from shared.rate_limits import Charge
from shared.signed_links import Ticket

# What a reader agrees to; kept with each consent as it was shown to them.
WORDING = (
    "Send me the newsletter. I can change what I hear of, or leave, by a link in every issue. "
    "My address is used for nothing else."
)
LEAVING = "I do not want the newsletter any more."

REQUEST_DAYS = 7
# Mails to one mailbox, whoever asks.
MOST_AN_HOUR, MOST_A_DAY = 1, 5
HOUR, DAY = 3600, 86_400
ASKED = "This address was asked just now."

# What the links in mails are good for, beside `links.PREFERENCES`.
REQUEST, LEAVE = "subscription-request", "unsubscribe"
# Links to preferences are good for so long. Those of 0.1.0 say of no day that they are of: they end on this one.
LINK_DAYS = 730
BEFORE_ENDS = datetime(2028, 12, 1, tzinfo=UTC)


class LinkEnded(Gone):
    problem = "link-ended"

    def __init__(self, token: str) -> None:
        super().__init__(
            "This link has expired. We can email a new one to the address we have on file.",
            new_link=f"/notifications/new-link?{urlencode({'token': token})}",
        )


EXPIRED = Gone("This link has expired: please sign up again.", problem="link-expired")


def request(conn: Connection, wish: SignUp, origin: Origin) -> None:
    """Ask the owner of an address to confirm a wish, unless they were asked just now; whatever was mailed before stays
    good.
    """
    mailbox = mailbox_of(wish.email)
    asked = [
        Charge("newsletter", mailbox, MOST_AN_HOUR, HOUR, ASKED),
        Charge("newsletter", mailbox, MOST_A_DAY, DAY, ASKED),
    ]
    if not rate_limits.try_consume(conn, asked):
        return
    id = uuid7()
    request_queries.insert_request(conn, id, wish, origin, wording=WORDING, days=REQUEST_DAYS)
    subscription = queries.lock_by_email(conn, wish.email)
    if subscription and subscription.status == "confirmed":
        messages.insert_notice(
            conn, kinds.SUBSCRIPTION_STANDING, subject=subscription.id, cause=id, recipient=wish.email
        )
    else:
        messages.insert_notice(conn, kinds.SUBSCRIPTION_REQUESTED, subject=id, cause=id, recipient=wish.email)


def is_reader(conn: Connection, email: str) -> bool:
    """Whether the newsletter goes to this address."""
    subscription = queries.lock_by_email(conn, email)
    return subscription is not None and subscription.status == "confirmed"


def confirm(conn: Connection, token: str, origin: Origin) -> Subscription:
    """The subscription that a request's owner confirms; the same again changes nothing. Raises Gone for a link that is
    not good any more: too old, or of before they left.
    """
    asked = request_queries.lock_request(conn, UUID(_verify(REQUEST, token)))
    if asked is None:
        raise EXPIRED
    subscription = queries.lock_by_email(conn, asked.email)
    if asked.expired:
        raise EXPIRED
    if subscription and subscription.status == "confirmed":
        return subscription
    if asked.confirmed:
        raise EXPIRED
    request_queries.mark_confirmed(conn, asked.id)
    id = queries.upsert_from_request(conn, asked.id)
    queries.insert_asked(conn, id, asked.id)
    queries.insert_consent(conn, id, "confirmed", given_from=origin.address, wording=asked.wording)
    return _read(conn, id)


def find(conn: Connection, token: str) -> Subscription:
    """The subscription that a reader's link is of, which nobody else changes meanwhile. Raises NotFound for what is no
    link, and Gone for one that has ended, or whose reader was forgotten.
    """
    ticket, found = _find(conn, token)
    if found is None:
        raise Gone("This subscription is gone: nothing is kept of it.")
    if ticket.generation != found.generation or (ticket.ends_at or BEFORE_ENDS) <= runtime.current().clock.now():
        raise LinkEnded(token)
    return found


def sign(subscription: Subscription) -> str:
    """A token by which a reader sees and changes what they hear of."""
    ends_at = runtime.current().clock.now() + timedelta(days=LINK_DAYS)
    return signed_links.issue(
        runtime.settings(), signed_links.PREFERENCES, Ticket(str(subscription.id), subscription.generation, ends_at)
    )


def request_for_link(conn: Connection, token: str, origin: Origin) -> None:
    """Mail a new link to the reader whose link has ended, unless they were mailed just now. Whoever asks learns
    nothing. Raises NotFound for what is no link.
    """
    _, found = _find(conn, token)
    if found and found.status == "confirmed":
        wish = SignUp(
            email=found.email,
            name=found.name,
            library_types=found.library_types,
            topics=found.topics,
            digest=found.digest,
        )
        request(conn, wish, origin)


def renew_links(conn: Connection, token: str) -> None:
    """End all links to a reader's preferences, by the one that is good, and mail a new one. Raises what `find` does."""
    subscription = find(conn, token)
    queries.raise_generation(conn, subscription.id)
    if subscription.status == "confirmed":
        messages.insert_notice(
            conn, kinds.SUBSCRIPTION_STANDING, subject=subscription.id, cause=uuid7(), recipient=subscription.email
        )


def change(conn: Connection, subscription: Subscription, changes: Mapping[str, Any], origin: Origin) -> Subscription:
    """Let the reader hear of other things. Raises Conflict once they have left."""
    if subscription.status != "confirmed":
        raise Conflict("This subscription has ended: please sign up again.", problem="subscription-ended")
    wanted = replace(subscription, **changes)
    if wanted == subscription:
        return subscription
    queries.update_wish(conn, wanted)
    queries.insert_consent(conn, subscription.id, "changed", given_from=origin.address, wording=WORDING)
    return _read(conn, subscription.id)


def end(conn: Connection, subscription: Subscription, origin: Origin, *, issue: UUID | None = None) -> Subscription:
    """Let the reader go, and tell them; who has left already is told nothing. `issue` is the newsletter that made
    them leave, where one did.
    """
    if subscription.status == "ended":
        return subscription
    queries.end(conn, subscription.id, issue=issue)
    queries.insert_consent(conn, subscription.id, "ended", given_from=origin.address, wording=LEAVING)
    ended = _read(conn, subscription.id)
    messages.insert_notice(
        conn,
        kinds.SUBSCRIPTION_ENDED,
        subject=ended.id,
        cause=uuid7(),
        recipient=ended.email,
        revision=ended.revision,
    )
    return ended


def unsubscribe(conn: Connection, token: str, origin: Origin) -> None:
    """End the subscription that the link in a mail is of. The link is good for ever, and for nothing else (RFC 8058);
    whose subscription is gone has none to end. Raises NotFound for what is no such link.
    """
    id, _, issue = _verify(LEAVE, token).partition(" ")
    subscription = queries.lock(conn, UUID(id))
    if subscription:
        end(conn, subscription, origin, issue=UUID(issue) if issue else None)


def check_leaving(token: str) -> None:
    """Raises NotFound where this is no link to leave by."""
    _verify(LEAVE, token)


def stop(conn: Connection, email: str) -> None:
    """End the subscription of whoever called our mail spam, without another mail."""
    subscription = queries.lock_by_email(conn, email)
    if subscription and subscription.status == "confirmed":
        queries.end(conn, subscription.id, issue=None)
        queries.insert_consent(conn, subscription.id, "ended", given_from="a complaint", wording=LEAVING)


def forget(conn: Connection, id: UUID) -> None:
    """Leave nothing of a reader, the proof included: at their wish. Who merely leaves is known as having left. Raises
    NotFound.
    """
    subscription = queries.lock(conn, id)
    if subscription is None:
        raise NotFound("There is no such reader.")
    queries.blank_mails(conn, id, email=subscription.email)
    queries.delete(conn, id, email=subscription.email)


def _read(conn: Connection, id: UUID) -> Subscription:
    found = queries.lock(conn, id)
    assert found
    return found


def _find(conn: Connection, token: str) -> tuple[Ticket, Subscription | None]:
    ticket = signed_links.read(runtime.settings(), signed_links.PREFERENCES, token)
    if ticket is None:
        raise NotFound("There is no such link.")
    return ticket, queries.lock(conn, UUID(ticket.subject))


def _verify(purpose: str, token: str) -> str:
    subject = signed_links.verify(runtime.settings(), purpose, token)
    if subject is None:
        raise NotFound("There is no such link.")
    return subject
