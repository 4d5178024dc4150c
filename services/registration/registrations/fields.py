"""Fields that several forms have."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length

from services.registration.libraries import regions
from shared.http.fields import Name, is_zone, no_unseen

# Free texts are read by staff and exported; they may have lines.
LONGEST = 2000


def line(most: int, *, required: bool = False, example: str) -> Name:
    """A line of text that is a name, of a person or a thing."""
    return Name(
        most,
        least=1 if required else 0,
        required=required,
        load_default=ma.missing if required else None,
        allow_none=not required,
        metadata={"example": example},
    )


class State(ma.fields.String):
    """A state or province, kept by its postal code. It is read however it is written."""

    def __init__(self, **kwargs: Any) -> None:
        about = {
            "example": "IL",
            "description": "The two-letter postal code of a US state or territory or a Canadian province, or"
            f" {regions.OUTSIDE} for anywhere else; names and common spellings are taken too",
        }
        super().__init__(load_default=None, allow_none=True, metadata=about, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs).strip()
        code = regions.read(written)
        if written and code is None:
            raise ma.ValidationError(
                f"Choose a state or province, write its postal code or name, or {regions.OUTSIDE} for anywhere else."
            )
        return code


def timezone(**kwargs: Any) -> ma.fields.String:
    return ma.fields.String(
        allow_none=True,
        validate=[Length(max=64), is_zone],
        metadata={
            "description": "In which mails tell when an online session is, beside the session's own",
            "example": "America/New_York",
        },
        **kwargs,
    )


def free_text(description: str, **kwargs: Any) -> ma.fields.String:
    return ma.fields.String(
        allow_none=True,
        validate=[Length(max=LONGEST), no_unseen],
        metadata={"description": description},
        **kwargs,
    )


def accommodations() -> ma.fields.String:
    return free_text("Dietary needs, access; read by staff alone", load_default=None)


def answers() -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(validate=Length(1, 40)),
        load_default=dict,
        validate=Length(max=60),
        metadata={
            "description": "By the keys of the form's questions: a text, an option, or several options",
            "example": {"experience": "A little"},
        },
    )
