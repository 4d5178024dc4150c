"""Delivery status notifications: what a mail server sends back for a mail that it took and could not deliver.

Sources: RFC 3464 and RFC 6533 (`message/delivery-status`, `message/global-delivery-status`): per recipient
`Original-Recipient`, `Final-Recipient`, `Action`, `Status` and `Diagnostic-Code`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32
from itertools import islice
from uuid import UUID

from services.notifications.bounces.verdicts import COMMENT, Verdict, judge
from shared.errors import Invalid

STATUSES = ("message/delivery-status", "message/global-delivery-status")
RETURNED = ("message/rfc822", "message/global")
HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
# Where a notice names the mail that it is about, beside the headers that it returns.
NAMING = ("In-Reply-To", "References", "Original-Message-ID", "Original-Envelope-Id")
# As our Message-IDs, and envelope ids (RFC 3461), are written: the id of the message, alone or before the @.
OURS = re.compile(
    r"(?<![0-9A-Za-z._+-])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z._+-])", re.IGNORECASE
)
# A mail of ours goes to one recipient, and a server's reply is short (RFC 5321, 4.5.3.1.5): more is not read.
MOST_IDS, MOST_FAILURES, LONGEST = 100, 100, 2000


@dataclass(frozen=True)
class FailedRecipient:
    """One recipient of a notice to whom a mail could not be delivered: the addresses by which they are called, and what
    was said.
    """

    addresses: tuple[str, ...]
    verdict: Verdict
    said: str


@dataclass(frozen=True)
class DeliveryReport:
    """`ids` are what may be messages of ours among those that it names."""

    ids: tuple[UUID, ...]
    failures: tuple[FailedRecipient, ...]


def parse_delivery_report(content: bytes) -> DeliveryReport:
    """What a notification says; no failure where it is no such mail, or warns only. Raises Invalid."""
    try:
        message = BytesParser(policy=compat32).parsebytes(content)
        parts = list(_parts(message))
    except RecursionError:
        raise Invalid({"body": ["its parts are nested too deeply"]}) from None
    blocks = [block for part in parts if part.get_content_type() in STATUSES for block in _blocks(part)]
    found = {UUID(id) for text in _naming(message, parts, blocks) for id in OURS.findall(text)}
    failures = islice((_failure(block) for block in blocks if _has_failed(block)), MOST_FAILURES)
    return DeliveryReport(tuple(sorted(found)[:MOST_IDS]), tuple(failures))


def _parts(message: Message) -> Iterator[Message]:
    """The parts of the notice itself; what stands in a mail that it returns is not its own."""
    yield message
    if message.is_multipart() and message.get_content_type() not in (*RETURNED, *STATUSES):
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a report; the library knows only the older of its two types for what it is."""
    for inner in part.get_payload() if part.is_multipart() else []:
        if isinstance(inner, Message):
            yield inner
            if isinstance(rest := inner.get_payload(), str):
                for text in re.split(r"\r?\n[ \t]*\r?\n", rest):
                    yield Parser(policy=compat32).parsestr(text.lstrip(), headersonly=True)


def _naming(message: Message, parts: list[Message], blocks: list[Message]) -> Iterator[str]:
    for block in (message, *blocks):
        yield from (str(value) for name in NAMING for value in block.get_all(name, []))
    for part in parts:
        if headers := _returned(part):
            yield from (str(value) for value in headers.get_all("Message-ID", []))


def _returned(part: Message) -> Message | None:
    """The headers of the mail that a part returns."""
    if part.get_content_type() in RETURNED and part.is_multipart():
        returned = part.get_payload(0)
        return returned if isinstance(returned, Message) else None
    if part.get_content_type() not in HEADERS:
        return None
    if part.is_multipart():  # of the types `message/…`, which are parsed as mails
        inner = part.get_payload(0)
        return inner if isinstance(inner, Message) else None
    content = part.get_payload(decode=True)
    text = content.decode(errors="replace") if isinstance(content, bytes) else ""
    return Parser(policy=compat32).parsestr(text, headersonly=True)


def _has_failed(block: Message) -> bool:
    named = block.get("Final-Recipient") or block.get("Original-Recipient")
    return bool(named) and _plain(block.get("Action")).lower() == "failed"


def _failure(block: Message) -> FailedRecipient:
    addresses = [_address(block[name]) for name in ("Original-Recipient", "Final-Recipient") if block.get(name)]
    status, diagnostic = _unfolded(block.get("Status")), _unfolded(block.get("Diagnostic-Code"))
    kind, mark, said = diagnostic.partition(";")
    said = said if mark and " " not in kind.strip() else diagnostic
    return FailedRecipient(tuple(addresses), judge(said.strip(), status=status), f"{status} {diagnostic}".strip())


def _address(field: object) -> str:
    """`rfc822; ada@library.example`, or without its type."""
    return str(field).rpartition(";")[2].strip().strip("<>")


def _unfolded(field: object) -> str:
    """A field in one line: what begins a line of it does not begin a line of the server's reply."""
    return " ".join(str(field or "")[:LONGEST].split())


def _plain(field: object) -> str:
    """A field without comments."""
    return COMMENT.sub(" ", str(field or "")[:LONGEST]).strip()
