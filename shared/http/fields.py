"""Fields that more than one service takes in."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
from marshmallow.validate import Length

# Control characters, surrogates, line and paragraph separators.
BREAKING = {"Cc", "Cs", "Zl", "Zp"}
# The explicit directional formatting characters (UAX #9, 2): they turn what stands after the text as well.
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class Line(ma.fields.String):
    """One line of text, trimmed, of at most `most` characters, with nothing in it that breaks lines or turns the
    direction of writing; `least` 1 where something of it must be seen.
    """

    def __init__(
        self, most: int, *, least: int = 0, validate: Sequence[Callable[[str], Any]] = (), **kwargs: Any
    ) -> None:
        rules = [Length(least, most), _refuse_unfit, *([refuse_unseen] if least else [])]
        super().__init__(validate=[*rules, *validate], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


def refuse_unseen(text: str) -> None:
    """Raises ValidationError for a text of which nothing would be seen."""
    if text and not any(character.isprintable() and not character.isspace() for character in text):
        raise ma.ValidationError("Holds nothing that can be seen.")


def _refuse_unfit(text: str) -> None:
    if text.isascii() and text.isprintable():
        return
    if any(unicodedata.category(one) in BREAKING or unicodedata.bidirectional(one) in TURNING for one in text):
        raise ma.ValidationError("Must not hold control characters.")


def no_encoded_words(text: str) -> None:
    """Names travel into mail headers, where `=?` begins an encoded word (RFC 2047). Raises ValidationError."""
    if "=?" in text:
        raise ma.ValidationError("Must not hold =?.")


def email() -> ma.fields.String:
    return ma.fields.String(required=True, validate=Length(3, 320), metadata={"example": "ada@library.example"})


def is_zone(name: str) -> None:
    """Raises ValidationError for what is no IANA name of a time zone."""
    if name not in _zones():
        raise ma.ValidationError("Must be a time zone of the IANA, e.g. America/New_York.")


@cache
def _zones() -> frozenset[str]:
    """Once a process, since the whole folder of zones is read."""
    return frozenset(available_timezones())
