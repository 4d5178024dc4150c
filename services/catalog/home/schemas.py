"""The query of the home page."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.discovery.schemas import FilterQuery

WHENS = ("coming", "past")


class LearningQuery(FilterQuery):
    """The API's filters, with `when` instead of the status."""

    class Meta:
        exclude = ("status",)

    recorded = ma.fields.String(validate=OneOf(("true", "false")))
    when = ma.fields.List(ma.fields.String(validate=OneOf(WHENS)), validate=Length(max=20))
    cursor = ma.fields.String(load_default=None, validate=Length(max=500))

    @ma.post_load
    def read_recorded(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"recorded": data["recorded"] == "true"} if "recorded" in data else data
