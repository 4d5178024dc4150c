"""What a mail says: its texts and its calendar entry, from the row and the present state of the copies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifications.catalog_projection.queries import Session
from services.notifications.messages.kinds import (
    GROUP_REQUESTED,
    INVITATION,
    KINDS,
    PROGRESS,
    SIGN_IN,
    SUBSCRIPTION_REQUESTED,
    SUBSCRIPTION_STANDING,
    Method,
)
from services.notifications.messages.queries import Facts
from services.notifications.rendering.addresses import (
    Mailbox,
    UnsafeText,
    check_address,
    check_header_text,
    name_in_mail,
)
from services.notifications.rendering.calendars import write_entry
from services.notifications.rendering.letterhead import Letterhead
from services.notifications.rendering.letters import Letter
from services.notifications.rendering.links import AFTER_MAIL, AFTER_SESSION, Holder, Links, web_link
from services.notifications.rendering.templates import Texts
from shared.date_labels import label_duration, label_moment, label_time_for, label_wait
from shared.i18n import current_locale

# What such mails are about is no registration of who reads them.
NOT_REGISTERED = (INVITATION.topic, PROGRESS.topic, GROUP_REQUESTED.topic)


@dataclass(frozen=True)
class Content:
    """What a mail says; `calendar` is its method and the iCalendar object, `leave` where its reader leaves the list
    that it goes to.
    """

    texts: Texts
    calendar: tuple[Method, bytes] | None = None
    leave: str | None = None


def render(facts: Facts, about: Session | Letter | None, letterhead: Letterhead) -> Content:
    """A mail as it would be sent now; `about` is None where it is about a person alone. Raises UnsafeText where its
    calendar entry would be for no valid address.
    """
    if isinstance(about, Letter):
        texts, leave = about.personal(letterhead.links, facts.subject, _reader(facts))
        return Content(texts, leave=leave)
    values = values_of(facts, about, letterhead)
    texts = letterhead.overrides.render(facts.kind, values)
    return Content(texts, _calendar(facts, about, values, letterhead.sender) if about else None)


def values_of(facts: Facts, session: Session | None, letterhead: Letterhead) -> dict[str, Any]:
    """Everything that a template of this mail may name."""
    if session:
        return _values(facts, session, letterhead.links)
    return _values_of_notice(facts, letterhead.links, letterhead.sender)


def addressee(facts: Facts) -> Mailbox:
    """To whom the mail goes; a name that may not stand in a header is left out. Raises UnsafeText for the address."""
    try:
        name = check_header_text(name_in_mail(facts.name))
    except UnsafeText:
        name = ""
    return Mailbox(name, check_address(facts.email))


def _values_of_notice(facts: Facts, links: Links, sender: Mailbox) -> dict[str, Any]:
    """Everything that a template about no session may name."""
    hours = facts.context.get("hours")
    return {
        "language": current_locale(),
        "name": name_in_mail(facts.name),
        "initiative": sender.name or sender.address,
        "title": facts.context.get("title"),
        "completed": facts.context.get("certificate") == "completion",
        "hours": f"{hours:g}" if hours else None,
        "sign_in_url": links.sign_in(facts.subject) if facts.kind == SIGN_IN.name else None,
        "certificate_url": links.certificate(facts.subject),
        "confirm_url": links.subscription_request(facts.subject) if facts.kind == SUBSCRIPTION_REQUESTED.name else None,
        "preferences_url": links.subscription(facts.subject, _reader(facts))
        if facts.kind == SUBSCRIPTION_STANDING.name
        else None,
        "origin": links.origin,
        **{f"webhook_{name}": facts.context.get(name) for name in ("url", "why", "last")},
    }


def _values(facts: Facts, session: Session, links: Links) -> dict[str, Any]:
    """Everything that a template may name; what does not apply to a mail is None."""
    online = session.online or {}
    topic = KINDS[facts.kind].topic
    invited, registered = topic == INVITATION.topic, topic not in NOT_REGISTERED
    holder, invitee, watcher = _registrant(facts, session), _invitee(facts, session), _reader(facts)
    recorded = facts.recording_url is not None and "recorded" in facts.context.get("counts", ["recorded"])
    return {
        "language": current_locale(),
        "name": name_in_mail(facts.name),
        "title": session.title,
        "initiative": session.initiative,
        "series": facts.series_title or facts.context.get("series"),
        "when": label_time_for(session, facts.timezone, online=bool(online) and not session.venue),
        "begins": label_wait(session, facts.dated_at),
        "timed": session.starts_at is not None,
        "previous": facts.previous,
        "place": _place(session),
        "join_url": links.join(facts.subject, holder) if web_link(online.get("join_url")) and registered else None,
        "page_url": web_link(session.page_url),
        "manage_url": links.registration(facts.subject, holder) if registered else None,
        "accept_url": links.offer(facts.subject, holder) if registered else None,
        "seen": facts.context.get("seen"),
        "total": facts.context.get("total"),
        "upcoming": session.status in ("planned", "scheduled"),
        "position": facts.context.get("position"),
        "by_registrant": facts.context.get("reason") == "cancelled by registrant",
        "had_seat": facts.context.get("was") == "confirmed",
        "had_offer": facts.context.get("was") == "offered",
        "moved": facts.context.get("reason") == "moved by staff",
        "passed_on": facts.context.get("reason") == "offer not accepted in time",
        "registered_by": name_in_mail(facts.context.get("registered_by")) or None,
        "accept_until": _moment(facts.context.get("offered_until"), session),
        "invitation_url": links.invitation(facts.subject, invitee) if invited else None,
        "size": facts.context.get("size"),
        "group_url": links.group(facts.subject) if topic == GROUP_REQUESTED.topic else None,
        "deadline": label_moment(facts.expires_at, session.timezone or "UTC") if facts.expires_at else None,
        "watch_url": links.views(session.slug, session.id, facts.person_id, watcher) if recorded else None,
        "recording_url": web_link(facts.recording_url),
        "duration": label_duration(facts.recording_seconds) if facts.recording_seconds else None,
        "came": facts.attended is True,
        "missed": facts.attended is False,
        "captions": "yes" if facts.recording_captions else None,
    }


def _registrant(facts: Facts, session: Session) -> Holder:
    """Links to a registration end some time after its session, where that has a date."""
    known = [moment for moment in (session.starts_at, session.ends_at) if moment]
    return Holder(facts.generation, max(known) + AFTER_SESSION if known else None)


def _invitee(facts: Facts, session: Session) -> Holder:
    """An invitation's ends with its deadline, where it has one."""
    return Holder(facts.generation, facts.expires_at) if facts.expires_at else _registrant(facts, session)


def _reader(facts: Facts) -> Holder:
    """Links of the newsletter, and to watch, end some time after the mail."""
    return Holder(facts.generation, facts.dated_at + AFTER_MAIL)


def _moment(written: str | None, session: Session) -> str | None:
    """A moment of a mail's context (ISO 8601), as people of the session's place read it."""
    return label_moment(datetime.fromisoformat(written), session.timezone or "UTC") if written else None


def _place(session: Session) -> str | None:
    """`Colorado Convention Center, Room 201, Denver`, or `Online (Zoom)`; None where neither is known."""
    if session.venue:
        parts = (session.venue["name"], session.venue["room"], session.venue["address"])
        return ", ".join(part for part in parts if part)
    return f"Online ({session.online['platform']})" if session.online else None


def _calendar(facts: Facts, session: Session, values: dict[str, Any], sender: Mailbox) -> tuple[Method, bytes] | None:
    """The entry that this mail brings or takes back; None where it does neither, or the session has no time yet."""
    method = KINDS[facts.kind].calendar
    if method is None or session.starts_at is None or (method == "CANCEL" and not values["had_seat"]):
        return None
    brings = method == "REQUEST"
    join_url = values["join_url"] if brings else None
    # Calendars are shared: with the entry goes the way in, and nothing that tells of the person.
    described = [f"Join: {join_url}" if join_url else None, values["page_url"]]
    entry = write_entry(
        session,
        starts_at=session.starts_at,
        method=method,
        registration_id=facts.subject,
        standing=facts.status_since,
        organizer=sender,
        attendee=addressee(facts),
        description="\n".join(line for line in described if line),
        place=(values["place"] if session.venue else join_url) or values["place"],
        url=join_url or values["page_url"],
        stamp=facts.dated_at,
    )
    return method, entry
