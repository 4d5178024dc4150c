"""Fields that several forms have."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length

from shared.http.schema_fields import NameField, reject_invisible, validate_timezone

# Free texts are read by staff and exported; they may have lines.
LONGEST = 2000


def line(most: int, *, required: bool = False, example: str) -> NameField:
    """A line of text that is a name, of a person or a thing."""
    return NameField(
        most,
        least=1 if required else 0,
        required=required,
        load_default=ma.missing if required else None,
        allow_none=not required,
        metadata={"example": example},
    )


def timezone(**kwargs: Any) -> ma.fields.String:
    return ma.fields.String(
        allow_none=True,
        validate=[Length(max=64), validate_timezone],
        metadata={
            "description": "In which mails tell when an online session is, beside the session's own",
            "example": "America/New_York",
        },
        **kwargs,
    )


def free_text(description: str, **kwargs: Any) -> ma.fields.String:
    return ma.fields.String(
        allow_none=True,
        validate=[Length(max=LONGEST), reject_invisible],
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
