"""What crosses the doors of the learning page, of comments below a page and of oEmbed."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.catalog.discovery.schemas import FilterQuery

WHENS = ("coming", "past")


class LearningQuery(FilterQuery):
    """What a reader looks for on the learning page: the API's filters, but for the status, in whose place stands
    `when`.
    """

    class Meta:
        exclude = ("status",)

    recorded = ma.fields.String(validate=OneOf(("true", "false")))
    when = ma.fields.List(ma.fields.String(validate=OneOf(WHENS)), validate=Length(max=20))
    cursor = ma.fields.String(load_default=None, validate=Length(max=500))

    @ma.post_load
    def read_recorded(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"recorded": data["recorded"] == "true"} if "recorded" in data else data


class OEmbedQuery(ma.Schema):
    url = ma.fields.String(
        required=True,
        validate=Length(1, 2000),
        metadata={
            "description": "The address of a session's, a series' or an announcement's page",
            "example": "http://localhost:8080/catalog/sessions/world-cafe",
        },
    )
    format = ma.fields.String(
        load_default="json", validate=Length(max=20), metadata={"description": "`json` or `xml`; 501 for another"}
    )
    maxwidth = ma.fields.Integer(load_default=None, validate=Range(1, 100_000))
    maxheight = ma.fields.Integer(load_default=None, validate=Range(1, 100_000))
    dnt = ma.fields.String(
        load_default=None,
        validate=Length(max=10),
        metadata={"description": "Do not track, which some clients send always. Nobody is tracked."},
    )


class OEmbedSchema(ma.Schema):
    version = ma.fields.String(metadata={"example": "1.0"})
    type = ma.fields.String(metadata={"description": "`rich` for a session, `link` for what is not"})
    title = ma.fields.String()
    provider_name = ma.fields.String()
    provider_url = ma.fields.String()
    cache_age = ma.fields.Integer(metadata={"description": "Seconds"})
    html = ma.fields.String(metadata={"description": "What to show; without script or style"})
    width = ma.fields.Integer()
    height = ma.fields.Integer()
