"""Response schemas of rendered mails."""

import marshmallow as ma


class RenderedSchema(ma.Schema):
    """How the mail reads by what is known now. Its personal links have no tokens: those are for its reader alone."""

    subject = ma.fields.String(metadata={"example": "You are registered: World Café"})
    text = ma.fields.String()
    html = ma.fields.String()
