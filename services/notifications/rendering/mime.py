"""The bytes of a mail (RFC 5322, MIME), whose head is checked after it was made.

They are put together here, and by no library: Python's take a mail apart line by line to write it, which is most of
what a mail costs. What makes it safe to do so: every text part is base64, so nothing that people wrote stands in the
body as it is, no line of it can end the mail or be a boundary; and the head is read back as a mail server will read it.

The calendar entry is there twice, as Google sends it: as an alternative with its METHOD, which is how mail programs
know it and offer or apply it, and as a file, for programs that do not.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime, getaddresses
from uuid import UUID

from services.notifications.formats.mail_headers import (
    Mailbox,
    UnsafeText,
    encode_subject,
    unfold,
)
from services.notifications.rendering.domain import MailContent
from shared.i18n import current_locale

# Characters of base64 in a line (RFC 2045, 6.8).
LINE = 76


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above a mail. `again` says that an earlier try may have arrived."""

    id: UUID
    date: datetime
    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    again: bool

    @property
    def message_id(self) -> str:
        """The same for every try, so that mail programs show a mail once that came twice."""
        return f"<{self.id}@{self.sender.domain}>"


def build(head: Head, content: MailContent) -> bytes:
    """The mail, with lines that end in CRLF. Raises UnsafeText where it would not be what was meant."""
    kind, body = _body(head.id, content)
    headers = {"Content-Type": kind, "MIME-Version": "1.0", **_headers(head, content)}
    top = _lines(headers)
    _verify(top, head, content.texts.subject, list(headers))
    return top + b"\r\n" + body


def _headers(head: Head, content: MailContent) -> dict[str, str]:
    optional = {
        "Reply-To": head.reply_to.header if head.reply_to else None,
        "X-Convene-Again": "yes" if head.again else None,
        # RFC 2919, and RFC 8058: the two that let mail programs offer to leave.
        "List-ID": f"<newsletter.{head.sender.domain}>" if content.leave else None,
        "List-Unsubscribe": f"<{content.leave}>" if content.leave else None,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if content.leave else None,
    }
    headers = {
        "From": head.sender.header,
        "To": head.recipient.header,
        "Subject": encode_subject(content.texts.subject),
        "Date": format_datetime(head.date),
        "Message-ID": head.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": current_locale().replace("_", "-"),
        **optional,
    }
    return {name: value for name, value in headers.items() if value is not None}


def _body(id: UUID, content: MailContent) -> tuple[str, bytes]:
    """The content type of the whole, and its parts."""
    texts = [
        _part('text/plain; charset="utf-8"', _with_crlf(content.texts.text)),
        _part('text/html; charset="utf-8"', _with_crlf(content.texts.html)),
    ]
    if content.calendar is None:
        return _join("alternative", id, texts)
    method, entry = content.calendar
    invitation = _part(f'text/calendar; charset="utf-8"; method="{method}"', entry)
    kind, alternatives = _join("alternative", id, [*texts, invitation])
    file = _part(
        'application/ics; name="invite.ics"', entry, **{"Content-Disposition": 'attachment; filename="invite.ics"'}
    )
    return _join("mixed", id, [_lines({"Content-Type": kind, "MIME-Version": "1.0"}) + b"\r\n" + alternatives, file])


def _join(subtype: str, id: UUID, parts: list[bytes]) -> tuple[str, bytes]:
    # Boundaries of our own: no part can hold them, being base64, so there is nothing to search through.
    boundary = f"={id}={subtype}"
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return f'multipart/{subtype}; boundary="{boundary}"', body + mark + b"--\r\n"


def _part(kind: str, content: bytes, **more: str) -> bytes:
    headers = {"Content-Type": kind, "MIME-Version": "1.0", "Content-Transfer-Encoding": "base64", **more}
    encoded = b64encode(content)
    lines = [encoded[begin : begin + LINE] for begin in range(0, len(encoded), LINE)]
    return _lines(headers) + b"\r\n" + b"\r\n".join(lines) + b"\r\n"


def _lines(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _with_crlf(text: str) -> bytes:
    """A text as MIME wants it: each line ends in CRLF (RFC 2046, 4.1.1)."""
    return ("\r\n".join(text.splitlines()) + "\r\n").encode()


def _verify(top: bytes, head: Head, subject: str, names: list[str]) -> None:
    """Read the head as a mail server will, and refuse what is not what we meant."""
    read = BytesHeaderParser(policy=compat32).parsebytes(top)
    if read.keys() != names:
        raise UnsafeText("the headers are not those that were meant")
    if [address for _, address in getaddresses([unfold(read["To"])])] != [head.recipient.address]:
        raise UnsafeText("the recipient is not the one that was meant")
    if unfold(read["Subject"]) != unfold(encode_subject(subject)):
        raise UnsafeText("the subject is not the one that was meant")
    if b"\r" in (bare := top.replace(b"\r\n", b"")) or b"\n" in bare:
        raise UnsafeText("a line does not end as lines of a mail must")
