"""The calendar entry of a registration (RFC 5545, RFC 5546).

METHOD is REQUEST, and CANCEL at the end, since Outlook, Google and Apple then move and remove the entry that they have
by its UID; what is merely PUBLISHed they show, and forget. Nobody is asked to reply: the person is down as having
accepted, and RSVP is FALSE. Moments are in UTC, which needs no time zone rules in the file; calendars show them in
their owner's zone.
"""

from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress

from services.notifications.catalog_projection.queries import Session
from services.notifications.formats.mail_headers import Mailbox
from services.notifications.messages.kinds import Method


def write_entry(
    session: Session,
    *,
    starts_at: datetime,
    method: Method,
    registration_id: UUID,
    standing: int,
    organizer: Mailbox,
    attendee: Mailbox,
    description: str,
    place: str | None,
    url: str | None,
    stamp: datetime,
) -> bytes:
    """The iCalendar object for one person's part in a session whose time is known.

    The same registration has the same UID for ever. SEQUENCE is higher whenever the session's time or place, or the
    registration's status (whose revision is `standing`) has changed, and only then.
    """
    event = Event()
    event.add("uid", f"{registration_id}@{organizer.domain}")
    event.add("sequence", session.schedule_revision + standing)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", (session.ends_at or starts_at).astimezone(UTC))
    event.add("summary", session.title)
    event.add("description", description)
    if place:
        event.add("location", place)
    if url:
        event.add("url", url)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _party(organizer))
    event.add("attendee", _party(attendee, PARTSTAT="ACCEPTED", ROLE="REQ-PARTICIPANT", RSVP="FALSE"))
    calendar = Calendar()
    calendar.add("prodid", "-//Convene//Notifications//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _party(mailbox: Mailbox, **params: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{mailbox.address}")
    party.params.update({"CN": mailbox.name, **params} if mailbox.name else params)
    return party
