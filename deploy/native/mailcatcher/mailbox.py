"""The mails that were caught, one file each, in the order they came."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, cast


class RememberingPolicy(EmailPolicy):
    """Parses a header once, not whenever somebody looks: in a list of thousands that is most of the time."""

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        return _parse_header(name, value)


@lru_cache(maxsize=10_000)
def _parse_header(name: str, value: Any) -> Any:
    return EmailPolicy().header_fetch_parse(name, value)


@dataclass(frozen=True)
class Mail:
    """One mail, read from its file when it is first looked at."""

    file: Path

    @property
    def id(self) -> str:
        return self.file.stem

    @cached_property
    def raw(self) -> bytes:
        """Return the email as received, after the lines with its envelope."""
        return self.file.read_bytes()

    @cached_property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", BytesParser(policy=RememberingPolicy()).parsebytes(self.raw))

    @cached_property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def text(self) -> str:
        return self._body("plain")

    @cached_property
    def attachments(self) -> list[EmailMessage]:
        """Every part that is neither the text nor the HTML, calendars in the alternatives included."""
        bodies = [self.message.get_body((kind,)) for kind in ("plain", "html")]
        return [
            part
            for part in self.message.walk()
            if isinstance(part, EmailMessage) and not part.is_multipart() and part not in bodies
        ]

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part else ""


class Mailbox:
    """The mails in `folder`; what is there already is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._mails = {file.stem: Mail(file) for file in sorted(folder.glob("*.eml"))}

    def add(self, content: bytes, *, sender: str, recipients: list[str]) -> Mail:
        """Keep a mail; once this returns it survives our end."""
        envelope = f"Return-Path: <{sender}>\r\n" + "".join(f"Delivered-To: {to}\r\n" for to in recipients)
        with self._lock:
            mail = Mail(self.folder / f"{time.time_ns():020d}.eml")
            draft = mail.file.with_suffix(".draft")
            draft.write_bytes(envelope.encode() + content)
            draft.rename(mail.file)
            self._mails[mail.id] = mail
        return mail

    def __iter__(self) -> Iterator[Mail]:
        """The oldest first."""
        with self._lock:
            return iter(list(self._mails.values()))

    def __len__(self) -> int:
        return len(self._mails)

    def get(self, mail_id: str) -> Mail | None:
        return self._mails.get(mail_id)

    def delete(self, mail_id: str) -> None:
        """Forget a mail; one that is not there is no error."""
        with self._lock:
            if mail := self._mails.pop(mail_id, None):
                mail.file.unlink(missing_ok=True)

    def delete_all(self) -> None:
        for mail in self:
            self.delete(mail.id)
