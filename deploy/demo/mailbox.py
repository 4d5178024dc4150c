"""What is in the mail catcher, by its API (MailDev's), and what people find in their mails."""

import email
import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage

import httpx
from icalendar import Calendar

MANAGE = re.compile(r"/registration/v1/registrations/[0-9a-f-]{36}\?token=[\w.-]+")
LEARNER = re.compile(r"/registration/v1/sessions/[\w-]+/views\?token=([\w.-]+)")
INVITATION = re.compile(r"/registration/v1/invitations/([\w.-]+)")


@dataclass(frozen=True)
class Mail:
    """`message_id` is without its brackets and domain: the id of the message in notifications."""

    id: str
    message_id: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Entry:
    """A calendar entry as a calendar reads it."""

    uid: str
    sequence: int
    method: str
    start: str


class Mailbox:
    """Every mail that was delivered."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=30, trust_env=False)

    def read_all(self) -> list[Mail]:
        """Every mail, in the order in which they came."""
        return [
            Mail(
                id=found["id"],
                message_id=found["headers"]["message-id"].strip("<>").split("@")[0],
                to=found["to"][0]["address"],
                subject=found["subject"],
                text=found["text"],
            )
            for found in self.http.get("/api/email").raise_for_status().json()
        ]

    def calendar(self, mail: Mail) -> Entry | None:
        """The calendar entry that came with a mail."""
        raw = self.http.get(f"/api/email/{mail.id}/download").raise_for_status().content
        message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
        for part in message.walk():
            if part.get_content_type() == "text/calendar":
                calendar = Calendar.from_ical(part.get_payload(decode=True))  # pyright: ignore[reportArgumentType]
                [event] = calendar.walk("VEVENT")
                start = event.decoded("dtstart").isoformat()
                return Entry(str(event["uid"]), int(str(event["sequence"])), str(calendar["method"]), start)
        return None


def find(pattern: re.Pattern[str], mails: Iterable[Mail]) -> dict[str, str]:
    """What `pattern` finds in each person's mails, by their address; the last one counts."""
    found = {}
    for mail in mails:
        if match := pattern.search(mail.text):
            found[mail.to] = match[1] if pattern.groups else match[0]
    return found
