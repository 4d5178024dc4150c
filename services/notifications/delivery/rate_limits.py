"""Limits on the number of emails a second to a mail provider, by all senders together.

Emails of issues are held back: each is given its place in line, and is due again when that comes. An email to one
person takes a place as well but goes at once, since a person who signs in does not wait for a newsletter.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from psycopg import Connection

from services.notifications.delivery import queries
from services.notifications.messages.kinds import is_bulk
from services.notifications.messages.mail_context_queries import MailContext

EVERYBODY = "*"

# Seconds: places that come so soon are as good as now.
SOON = timedelta(seconds=1)


def hold_back(
    conn: Connection, mails: Sequence[MailContext], rates: Mapping[str, float], *, number: int
) -> list[MailContext]:
    """Returns those emails, of the ones that sender `number` has claimed, that may go now.

    The others are given back until their places in line.
    """
    if not rates:
        return list(mails)
    now = queries.select_now(conn)
    places = _give_places(conn, mails, rates)
    held = {
        mail.id: place for mail in mails if (place := places.get(mail.id)) and place > now + SOON and is_bulk(mail.kind)
    }
    queries.postpone(conn, number=number, places=held)
    return [mail for mail in mails if mail.id not in held]


def _give_places(conn: Connection, mails: Sequence[MailContext], rates: Mapping[str, float]) -> dict[object, datetime]:
    """Returns the latest place in line of each email that had none yet."""
    waiting: dict[str, list[MailContext]] = defaultdict(list)
    for mail in mails:
        if not mail.paced:
            for domain in (mail.email.rpartition("@")[2].lower(), EVERYBODY):
                waiting[domain].append(mail)
    places: dict[object, datetime] = {}
    for domain in sorted(waiting.keys() & rates.keys()):
        step = timedelta(seconds=1 / rates[domain])
        first = queries.reserve(conn, domain, seconds=len(waiting[domain]) / rates[domain])
        for turn, mail in enumerate(waiting[domain]):
            place = first + turn * step
            places[mail.id] = max(place, places.get(mail.id, place))
    return places
