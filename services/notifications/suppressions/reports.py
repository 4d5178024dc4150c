"""Delivery status notifications: what a mail server sends back for a mail that it took and could not deliver.

Source: RFC 3464 (`message/delivery-status`): per recipient `Final-Recipient`, `Action` and `Status`.
"""

from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from services.notifications.suppressions.domain import is_gone


def read_gone(content: bytes) -> list[tuple[str, str]]:
    """The addresses that a notification says do not exist, each with what was said; none where it is no such mail."""
    message = BytesParser(policy=compat32).parsebytes(content)
    blocks = [
        block
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in part.walk()
        if block.get("Final-Recipient")
    ]
    return [(_address(block), _said(block)) for block in blocks if _has_failed(block)]


def _has_failed(block: Message) -> bool:
    return str(block.get("Action", "")).strip().lower() == "failed" and is_gone(str(block.get("Status", "")))


def _address(block: Message) -> str:
    """`rfc822; ada@library.example`"""
    return str(block["Final-Recipient"]).partition(";")[2].strip().strip("<>")


def _said(block: Message) -> str:
    return f"{block['Status']} {block.get('Diagnostic-Code', '')}".strip()
