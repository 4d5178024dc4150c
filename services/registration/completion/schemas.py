"""What crosses the door of invitations."""

import marshmallow as ma
from marshmallow.validate import OneOf

from services.registration.registrations.fields import accommodations, answers


class InvitationSchema(ma.Schema):
    """An invitation as the one who has its code sees it."""

    session = ma.fields.String(attribute="session_slug", metadata={"example": "workshop-chicago"})
    series = ma.fields.String(attribute="series_slug", allow_none=True, metadata={"example": "large-urban-public"})
    name = ma.fields.String()
    status = ma.fields.String(validate=OneOf(["issued", "accepted", "declined", "expired"]))
    expires_at = ma.fields.AwareDateTime(allow_none=True)


class AcceptanceSchema(ma.Schema):
    """What somebody who accepts an invitation may say besides."""

    accommodations = accommodations()
    answers = answers()
