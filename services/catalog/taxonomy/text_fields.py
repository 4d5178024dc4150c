"""Marshmallow fields for the texts that staff send: lines, titles, slugs, URLs."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import marshmallow as ma
from marshmallow.validate import ContainsNoneOf, Length, Regexp

from shared.http.schema_fields import LineField, reject_blank, reject_encoded_words

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Text(ma.fields.String):
    """A text of `least` to `most` characters, without control characters; with `least` 1 it may not be blank."""

    def __init__(
        self, most: int, *, least: int = 0, validate: Sequence[Callable[[str], Any]] = (), **kwargs: Any
    ) -> None:
        refused = [_refuse_control, reject_blank] if least else [_refuse_control]
        super().__init__(validate=[Length(least, most), *refused, *validate], **kwargs)


def _refuse_control(value: str) -> None:
    if CONTROL.search(value):
        raise ma.ValidationError("Holds control characters.")


class Title(LineField):
    """The title of an entry, which is also used in subjects of emails."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(300, least=1, validate=[reject_encoded_words], **kwargs)


class Slug(ma.fields.String):
    """An entry's name in URLs."""

    def __init__(self, **kwargs: Any) -> None:
        rule = Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", error="Must be small letters, digits and single hyphens.")
        # `$`, which OpenAPI supports, allows a trailing newline.
        super().__init__(validate=[Length(1, 100), rule, ContainsNoneOf("\n")], **kwargs)


class WebUrl(ma.fields.Url):
    """An http or https URL."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(schemes={"http", "https"}, require_tld=False, validate=Length(max=2000), **kwargs)


class Members(ma.fields.Dict):
    """A mapping whose errors are reported directly under its keys."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ma.ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            named = {name: next(iter(inner.values())) for name, inner in error.messages.items()}
            raise ma.ValidationError(named) from None


class CommaSeparated(ma.fields.String):
    """Values from a fixed list, separated by commas."""

    def __init__(self, *names: str, **kwargs: Any) -> None:
        super().__init__(validate=Length(max=1000), **kwargs)
        self.names = names

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = list(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs).split(",")))
        if unknown := [name for name in given if name not in self.names]:
            raise ma.ValidationError(f"There is no {unknown[0]!r}: choose of {', '.join(self.names)}.")
        return given
