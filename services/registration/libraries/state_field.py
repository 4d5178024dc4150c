"""Schema fields about libraries."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from services.registration.libraries import regions


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
