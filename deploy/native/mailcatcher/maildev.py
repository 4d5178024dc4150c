"""A mail as MailDev 3 describes it in JSON."""

import mimetypes
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import PurePath
from typing import Any

from deploy.native.mailcatcher.mailbox import Mail


def describe(mail: Mail) -> dict[str, Any]:
    """The object that `/api/email` lists."""
    message = mail.message
    recipients = [str(address) for address in message.get_all("Delivered-To", [])]
    named = [*_addresses(message, "To"), *_addresses(message, "Cc")]
    return {
        "id": mail.id,
        "time": _time(mail).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "read": False,
        "subject": str(message["Subject"] or ""),
        "source": str(mail.file),
        "size": len(mail.raw),
        "sizeHuman": f"{len(mail.raw)} Bytes",
        "from": _addresses(message, "From"),
        "to": _addresses(message, "To"),
        "cc": _addresses(message, "Cc"),
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "attachments": [_attachment(number, part) for number, part in enumerate(mail.attachments)],
        "envelope": {
            "from": {"address": str(message["Return-Path"] or "").strip("<> "), "args": {}},
            "to": [{"address": address} for address in recipients],
        },
        "calculatedBcc": [{"address": a} for a in recipients if a not in {entry["address"] for entry in named}],
        "html": mail.html,
        "text": mail.text,
    }


def attachment_name(number: int, part: EmailMessage) -> str:
    """Return the file name that the sender gave, or one made from its type."""
    return part.get_filename() or f"attachment-{number}{mimetypes.guess_extension(part.get_content_type()) or ''}"


def generated_name(number: int, part: EmailMessage) -> str:
    """Its name in the API's addresses: unlike the sender's it is unique and harmless."""
    return f"{number}{PurePath(attachment_name(number, part)).suffix}"


def _attachment(number: int, part: EmailMessage) -> dict[str, Any]:
    return {
        "filename": attachment_name(number, part),
        "generatedFileName": generated_name(number, part),
        "contentType": part.get_content_type(),
        "contentDisposition": part.get_content_disposition() or "inline",
        "size": len(part.get_payload(decode=True) or b""),
    }


def _addresses(message: EmailMessage, header: str) -> list[dict[str, str]]:
    values = [str(value) for value in message.get_all(header, [])]
    return [{"address": address, "name": name} for name, address in getaddresses(values)]


def _time(mail: Mail) -> datetime:
    """Return the email's Date, which a development clock may have set; else when it arrived."""
    try:
        return parsedate_to_datetime(str(mail.message["Date"])).astimezone(UTC)
    except (TypeError, ValueError):
        return datetime.fromtimestamp(int(mail.id) / 1e9, UTC)
