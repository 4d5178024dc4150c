"""Read emails: their texts, calendars and Message-IDs."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any
from uuid import UUID

from icalendar import Calendar


def message_ids(mails: list[Any]) -> list[UUID]:
    """Return the UUIDs before the @ of the emails' Message-IDs."""
    return [UUID(str(mail["Message-ID"]).strip("<>").partition("@")[0]) for mail in mails]


def parse(content: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(content)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part
    return part.get_content()


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part
    return part.get_content()


def entries_of(mail: EmailMessage) -> list[tuple[str, Calendar]]:
    """Each calendar in the mail: the content type of its part, and the iCalendar object."""
    parts = [part for part in mail.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    return [(part["Content-Type"], Calendar.from_ical(part.get_content())) for part in parts]


def entry_of(mail: EmailMessage) -> tuple[str, Any]:
    """The method of the mail's calendar, and its event; the alternative and the file say the same."""
    (kind, alternative), (_, file) = entries_of(mail)
    assert alternative.to_ical() == file.to_ical()
    [event] = alternative.walk("VEVENT")
    assert kind.endswith(f'method="{alternative["METHOD"]}"')
    return str(alternative["METHOD"]), event
