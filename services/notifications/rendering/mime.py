"""The bytes of a mail (RFC 5322, MIME), checked after they were made.

The older `email.mime` classes build it, which are six times as fast as `EmailMessage`. Every text part is base64, so
nothing that people wrote stands in the body as it is: no line of it can end the mail or begin a header.

The calendar entry is there twice, as Google sends it: as an alternative with its METHOD, which is how mail programs
know it and offer or apply it, and as a file, for programs that do not.
"""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.parser import BytesHeaderParser
from email.policy import Compat32, compat32
from email.utils import format_datetime, getaddresses
from uuid import UUID

from services.notifications.rendering.addresses import (
    Mailbox,
    UnsafeText,
    check_header_text,
    encode_subject,
)
from services.notifications.rendering.domain import Content
from services.notifications.rendering.templates import LANGUAGE


class AsGiven(Compat32):
    """Writes headers as they are: ours are ASCII, and short or folded already, so that there is nothing to look for."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}{self.linesep}".encode("ascii")


POLICY = AsGiven(linesep="\r\n")


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above a mail. `again` says that an earlier try may have arrived; `leave` is where its reader leaves
    the list with one click, where it goes to one.
    """

    id: UUID
    date: datetime
    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    again: bool
    leave: str | None = None

    @property
    def message_id(self) -> str:
        """The same for every try, so that mail programs show a mail once that came twice."""
        return f"<{self.id}@{self.sender.domain}>"


def build(head: Head, content: Content) -> bytes:
    """The mail, with lines that end in CRLF. Raises UnsafeText where it would not be what was meant."""
    headers = _headers(head, content.texts.subject)
    message = _body(head, content)
    for name, value in headers.items():
        message[name] = value
    built = message.as_bytes(policy=POLICY)
    _verify(built, head, content.texts.subject, [*message.keys()])
    return built


def _headers(head: Head, subject: str) -> dict[str, str]:
    optional = {
        "Reply-To": head.reply_to.header if head.reply_to else None,
        "X-Convene-Again": "yes" if head.again else None,
        # RFC 2919, and RFC 8058: the two that let mail programs offer to leave.
        "List-ID": f"<newsletter.{head.sender.domain}>" if head.leave else None,
        "List-Unsubscribe": f"<{head.leave}>" if head.leave else None,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if head.leave else None,
    }
    headers = {
        "From": head.sender.header,
        "To": head.recipient.header,
        "Subject": encode_subject(check_header_text(subject)),
        "Date": format_datetime(head.date),
        "Message-ID": head.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": LANGUAGE,
        **optional,
    }
    return {name: value for name, value in headers.items() if value is not None}


def _body(head: Head, content: Content) -> MIMEMultipart:
    # Boundaries of our own: no part can hold them, being base64, so there is nothing to search through.
    alternatives = MIMEMultipart("alternative", boundary=f"={head.id}=alternative")
    alternatives.attach(_text("plain", content.texts.text))
    alternatives.attach(_text("html", content.texts.html))
    if content.calendar is None:
        return alternatives
    method, entry = content.calendar
    alternatives.attach(_encoded(MIMENonMultipart("text", "calendar", charset="utf-8", method=method), entry))
    file = MIMENonMultipart("application", "ics", name="invite.ics")
    file.add_header("Content-Disposition", "attachment", filename="invite.ics")
    whole = MIMEMultipart("mixed", boundary=f"={head.id}=mixed")
    whole.attach(alternatives)
    whole.attach(_encoded(file, entry))
    return whole


def _text(subtype: str, text: str) -> MIMENonMultipart:
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    return _encoded(MIMENonMultipart("text", subtype, charset="utf-8"), lines.encode())


def _encoded(part: MIMENonMultipart, content: bytes) -> MIMENonMultipart:
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(content).decode())
    return part


def _verify(built: bytes, head: Head, subject: str, names: list[str]) -> None:
    """Read the bytes as a mail server will, and refuse what is not what we meant."""
    read = BytesHeaderParser(policy=compat32).parsebytes(built)
    if read.keys() != names:
        raise UnsafeText("the headers are not those that were meant")
    if [address for _, address in getaddresses([_unfolded(read["To"])])] != [head.recipient.address]:
        raise UnsafeText("the recipient is not the one that was meant")
    if str(make_header(decode_header(_unfolded(read["Subject"])))) != subject:
        raise UnsafeText("the subject is not the one that was meant")
    if b"\r" in (bare := built.replace(b"\r\n", b"")) or b"\n" in bare:
        raise UnsafeText("a line does not end as lines of a mail must")


def _unfolded(value: str) -> str:
    """A header's value in one line, as RFC 5322 joins its lines."""
    return "".join(value.splitlines())
