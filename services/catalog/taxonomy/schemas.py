"""Schema parts shared by every kind of entry."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.taxonomy.text_fields import Members, Slug
from services.catalog.taxonomy.vocabularies import VOCABULARIES


def making(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Return a schema hook that passes loaded data to `kind`."""

    @ma.post_load
    def make(_self: ma.Schema, data: dict[str, Any], **_: Any) -> Any:
        return kind(**data)

    return make


def terms_field() -> Members:
    """Return the field for terms by vocabulary."""
    return Members(
        keys=ma.fields.String(validate=OneOf(VOCABULARIES)),
        values=ma.fields.List(Slug(), validate=Length(max=50)),
        load_default=dict,
        metadata={"example": {"library_type": ["public"], "topic": ["community-engagement"]}},
    )
