"""What a mail says: its texts and its calendar entry, from the row and the present state of the copies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifications.catalog_projection.queries import Session
from services.notifications.formats.mail_headers import (
    Mailbox,
    UnsafeText,
    check_address,
    check_header_text,
    name_in_mail,
)
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
from services.notifications.messages.mail_context_queries import MailContext
from services.notifications.rendering.calendars import write_entry
from services.notifications.rendering.issue_mails import IssueMail
from services.notifications.rendering.links import AFTER_MAIL, AFTER_SESSION, Holder, Links, web_link
from services.notifications.rendering.mail_settings import MailSettings
from services.notifications.rendering.templates import Texts
from shared.date_labels import label_duration, label_moment, label_time_for, label_wait
from shared.i18n import current_locale

# What such mails are about is no registration of who reads them.
NOT_REGISTERED = (INVITATION.topic, PROGRESS.topic, GROUP_REQUESTED.topic)


@dataclass(frozen=True)
class MailContent:
    """What a mail says; `calendar` is its method and the iCalendar object, `leave` where its reader leaves the list
    that it goes to.
    """

    texts: Texts
    calendar: tuple[Method, bytes] | None = None
    leave: str | None = None


def render(mail: MailContext, source: Session | IssueMail | None, mail_settings: MailSettings) -> MailContent:
    """A mail as it would be sent now; `source` is None where it is about a person alone. Raises UnsafeText where its
    calendar entry would be for no valid address.
    """
    if isinstance(source, IssueMail):
        texts, leave = source.personal(mail_settings.links, mail.subject, _reader(mail))
        return MailContent(texts, leave=leave)
    values = values_of(mail, source, mail_settings)
    texts = mail_settings.overrides.render(mail.kind, values)
    return MailContent(texts, _calendar(mail, source, values, mail_settings.sender) if source else None)


def values_of(mail: MailContext, session: Session | None, mail_settings: MailSettings) -> dict[str, Any]:
    """Everything that a template of this mail may name."""
    if session:
        return _values(mail, session, mail_settings.links)
    return _values_of_notice(mail, mail_settings.links, mail_settings.sender)


def addressee(mail: MailContext) -> Mailbox:
    """To whom the mail goes; a name that may not stand in a header is left out. Raises UnsafeText for the address."""
    try:
        name = check_header_text(name_in_mail(mail.name))
    except UnsafeText:
        name = ""
    return Mailbox(name, check_address(mail.email))


def _values_of_notice(mail: MailContext, links: Links, sender: Mailbox) -> dict[str, Any]:
    """Everything that a template about no session may name."""
    hours = mail.context.get("hours")
    return {
        "language": current_locale(),
        "name": name_in_mail(mail.name),
        "initiative": sender.name or sender.address,
        "title": mail.context.get("title"),
        "completed": mail.context.get("certificate") == "completion",
        "hours": f"{hours:g}" if hours else None,
        "sign_in_url": links.sign_in(mail.subject) if mail.kind == SIGN_IN.name else None,
        "certificate_url": links.certificate(mail.subject),
        "confirm_url": links.subscription_request(mail.subject) if mail.kind == SUBSCRIPTION_REQUESTED.name else None,
        "preferences_url": links.subscription(mail.subject, _reader(mail))
        if mail.kind == SUBSCRIPTION_STANDING.name
        else None,
        "origin": links.origin,
        **{f"webhook_{name}": mail.context.get(name) for name in ("url", "why", "last")},
    }


def _values(mail: MailContext, session: Session, links: Links) -> dict[str, Any]:
    """Everything that a template may name; what does not apply to a mail is None."""
    online = session.online or {}
    topic = KINDS[mail.kind].topic
    invited, registered = topic == INVITATION.topic, topic not in NOT_REGISTERED
    holder, invitee, watcher = _registrant(mail, session), _invitee(mail, session), _reader(mail)
    recorded = mail.recording_url is not None and "recorded" in mail.context.get("counts", ["recorded"])
    return {
        "language": current_locale(),
        "name": name_in_mail(mail.name),
        "title": session.title,
        "initiative": session.initiative,
        "series": mail.series_title or mail.context.get("series"),
        "when": label_time_for(session, mail.timezone, online=bool(online) and not session.venue),
        "begins": label_wait(session, mail.dated_at),
        "timed": session.starts_at is not None,
        "previous": mail.previous,
        "place": _place(session),
        "join_url": links.join(mail.subject, holder) if web_link(online.get("join_url")) and registered else None,
        "page_url": web_link(session.page_url),
        "manage_url": links.registration(mail.subject, holder) if registered else None,
        "accept_url": links.offer(mail.subject, holder) if registered else None,
        "seen": mail.context.get("seen"),
        "total": mail.context.get("total"),
        "upcoming": session.status in ("planned", "scheduled"),
        "position": mail.context.get("position"),
        **_values_of_cancellation(mail.context),
        "registered_by": name_in_mail(mail.context.get("registered_by")) or None,
        "accept_until": _moment(mail.context.get("offered_until"), session),
        "invitation_url": links.invitation(mail.subject, invitee) if invited else None,
        "size": mail.context.get("size"),
        "group_url": links.group(mail.subject) if topic == GROUP_REQUESTED.topic else None,
        "deadline": label_moment(mail.expires_at, session.timezone or "UTC") if mail.expires_at else None,
        "watch_url": links.views(session.slug, session.id, mail.person_id, watcher) if recorded else None,
        "recording_url": web_link(mail.recording_url),
        "duration": label_duration(mail.recording_seconds) if mail.recording_seconds else None,
        "came": mail.attended is True,
        "missed": mail.attended is False,
        "captions": "yes" if mail.recording_captions else None,
    }


def _values_of_cancellation(context: dict[str, Any]) -> dict[str, bool]:
    """Why a seat or place is gone, and which it was."""
    return {
        "by_registrant": context.get("reason") == "cancelled by registrant",
        "had_seat": context.get("was") == "confirmed",
        "had_offer": context.get("was") == "offered",
        "moved": context.get("reason") == "moved by staff",
        "passed_on": context.get("reason") == "offer not accepted in time",
    }


def _registrant(mail: MailContext, session: Session) -> Holder:
    """Links to a registration end some time after its session, where that has a date."""
    known = [moment for moment in (session.starts_at, session.ends_at) if moment]
    return Holder(mail.generation, max(known) + AFTER_SESSION if known else None)


def _invitee(mail: MailContext, session: Session) -> Holder:
    """An invitation's ends with its deadline, where it has one."""
    return Holder(mail.generation, mail.expires_at) if mail.expires_at else _registrant(mail, session)


def _reader(mail: MailContext) -> Holder:
    """Links of the newsletter, and to watch, end some time after the mail."""
    return Holder(mail.generation, mail.dated_at + AFTER_MAIL)


def _moment(written: str | None, session: Session) -> str | None:
    """A moment of a mail's context (ISO 8601), as people of the session's place read it."""
    return label_moment(datetime.fromisoformat(written), session.timezone or "UTC") if written else None


def _place(session: Session) -> str | None:
    """`Colorado Convention Center, Room 201, Denver`, or `Online (Zoom)`; None where neither is known."""
    if session.venue:
        parts = (session.venue["name"], session.venue["room"], session.venue["address"])
        return ", ".join(part for part in parts if part)
    return f"Online ({session.online['platform']})" if session.online else None


def _calendar(
    mail: MailContext, session: Session, values: dict[str, Any], sender: Mailbox
) -> tuple[Method, bytes] | None:
    """The entry that this mail brings or takes back; None where it does neither, or the session has no time yet."""
    method = KINDS[mail.kind].calendar
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
        registration_id=mail.subject,
        standing=mail.status_since,
        organizer=sender,
        attendee=addressee(mail),
        description="\n".join(line for line in described if line),
        place=(values["place"] if session.venue else join_url) or values["place"],
        url=join_url or values["page_url"],
        stamp=mail.dated_at,
    )
    return method, entry
