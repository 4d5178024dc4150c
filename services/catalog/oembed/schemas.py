"""oEmbed: the query and the answer."""

import marshmallow as ma
from marshmallow.validate import Length, Range


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
