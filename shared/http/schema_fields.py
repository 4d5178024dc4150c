"""Fields that more than one service takes in."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
from marshmallow.validate import Length

from shared import text_checks
from shared.i18n import noop

HOLDS_LINK = noop(
    "Must not hold the address of a web page. If there is none in it, put a space after the dot or the slash."
)


class LineField(ma.fields.String):
    """One line of text, trimmed, of at most `most` characters, with nothing in it that breaks lines, turns the
    direction of writing or is not seen; `least` 1 where something of it must be seen.
    """

    def __init__(
        self, most: int, *, least: int = 0, validate: Sequence[Callable[[str], Any]] = (), **kwargs: Any
    ) -> None:
        rules = [Length(least, most), _refuse_unfit, *([reject_blank] if least else [])]
        super().__init__(validate=[*rules, *validate], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class NameField(LineField):
    """A line that the public types and that mails and pages print: of a person, a library, a job. It holds no link."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(most, validate=[reject_encoded_words, reject_links], **kwargs)


def reject_blank(text: str) -> None:
    """Raises ValidationError if nothing of the text would be visible."""
    if text_checks.is_blank(text):
        raise ma.ValidationError(noop("Holds nothing that can be seen."))


def reject_invisible(text: str) -> None:
    """Raises ValidationError for a text of several lines that holds what is not seen, or what controls the others."""
    _refuse(text_checks.find_invisible(text, lines=True, pictures=True))


def reject_encoded_words(text: str) -> None:
    """Names travel into mail headers, where `=?` begins an encoded word (RFC 2047). Raises ValidationError."""
    if "=?" in text:
        raise ma.ValidationError(noop("Must not hold =?."))


def reject_links(text: str) -> None:
    """Raises ValidationError for a text that holds the address of a page: mails print names, and link addresses."""
    if text_checks.contains_link(text):
        raise ma.ValidationError(HOLDS_LINK)


def _refuse_unfit(text: str) -> None:
    _refuse(text_checks.find_invisible(text))


def _refuse(unseen: str | None) -> None:
    if unseen is not None:
        code = text_checks.codepoint_name(unseen)
        raise ma.ValidationError(
            f"Must not hold control characters or characters that cannot be seen ({code}). "
            "If you copied this text, please type it."
        )


def email_field() -> ma.fields.String:
    return ma.fields.String(required=True, validate=Length(3, 320), metadata={"example": "ada@library.example"})


def validate_timezone(name: str) -> None:
    """Raises ValidationError for what is no IANA name of a time zone."""
    if name not in _zones():
        raise ma.ValidationError(noop("Must be a time zone of the IANA, e.g. America/New_York."))


@cache
def _zones() -> frozenset[str]:
    """Once a process, since the whole folder of zones is read."""
    return frozenset(available_timezones())
