"""Read the mail catcher by its API (MailDev's), and find what people find in their emails."""

import email
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

import httpx
from icalendar import Calendar

MANAGE = re.compile(r"/registration/manage/[0-9a-f-]{36}\?token=[\w.-]+")
OFFER = re.compile(r"/registration/manage/[0-9a-f-]{36}/offer\?token=[\w.-]+")
CERTIFICATE = re.compile(r"/registration/certificates/[0-9a-f-]{36}")
WATCH = re.compile(r"/catalog/recordings/([\w-]+)#token=([\w.-]+)")
CONFIRM = re.compile(r"/notifications/confirm\?token=([\w.-]+)")
LEAVE = re.compile(r"/notifications/v1/unsubscribe/[\w.-]+")
INVITATION = re.compile(r"/registration/invitations/([\w.-]+)")
AT_ONCE = 8


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
    """A calendar entry as a calendar reads it; `start` is its day and hour in UTC."""

    uid: str
    sequence: int
    method: str
    start: str


@dataclass(frozen=True)
class Opened:
    """A mail as a mail program shows it: whom it addresses, in which forms it is there (MIME types), its calendar."""

    name: str
    forms: tuple[str, ...]
    entry: Entry | None


class Mailbox:
    """Every mail that was delivered."""

    def __init__(self, address: str, transport: httpx.BaseTransport | None = None) -> None:
        self.http = httpx.Client(base_url=address, transport=transport, timeout=30, trust_env=False)

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

    def open(self, mails: list[Mail]) -> list[Opened]:
        """Each of them as it was sent, byte for byte."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [read(raw) for raw in pool.map(self._download, mails)]

    def _download(self, mail: Mail) -> bytes:
        return self.http.get(f"/api/email/{mail.id}/download").raise_for_status().content


def read(raw: bytes) -> Opened:
    """The bytes of a mail, read by the standard library; a calendar that is there twice must be the same."""
    message = email.message_from_bytes(raw)
    parts = [part for part in message.walk() if not part.is_multipart()]
    calendars = {_payload(part) for part in parts if part.get_content_type() in ("text/calendar", "application/ics")}
    [entry] = [_read_entry(calendar) for calendar in calendars] or [None]
    name, _ = parseaddr("".join(message["To"].splitlines()))
    forms = tuple(part.get_content_type() for part in parts if _payload(part).strip())
    return Opened(str(make_header(decode_header(name))), forms, entry)


def find(pattern: re.Pattern[str], mails: Iterable[Mail]) -> dict[str, str]:
    """Return what `pattern` finds in each person's emails, by their address; the last match counts."""
    return dict(_find_each(pattern, mails))


def find_watching(mails: Iterable[Mail]) -> dict[tuple[str, str], str]:
    """The tokens by which people watch a recording, by their address and the session's slug."""
    return {(mail.to, match[1]): match[2] for mail in mails for match in WATCH.finditer(mail.text)}


def for_programs(link: str) -> str:
    """Return the API's address for the page behind a link; both take the same token."""
    return link.replace("/registration/manage/", "/registration/v1/registrations/").replace("/offer?", "/accept?")


def _find_each(pattern: re.Pattern[str], mails: Iterable[Mail]) -> Iterator[tuple[str, str]]:
    for mail in mails:
        if match := pattern.search(mail.text):
            yield mail.to, match[1] if pattern.groups else match[0]


def _payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _read_entry(content: bytes) -> Entry:
    calendar = Calendar.from_ical(content.decode())
    [event] = calendar.walk("VEVENT")
    start = event.decoded("dtstart").isoformat()
    return Entry(str(event["uid"]), int(str(event["sequence"])), str(calendar["method"]), start)
