"""What the forms of pages send: the API's schemas, and what only a browser says."""

from typing import Any

import marshmallow as ma

from services.registration.people.schema_fields import line
from services.registration.registrations.schemas import (
    CorrectionSchema,
    GroupRequestSchema,
    RegistrationRequestSchema,
    SeriesRequestSchema,
)
from shared.http.schema_fields import validate_timezone


class _Zoned(ma.Schema):
    @ma.pre_load
    def forget_unknown_zone(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """The browser names the zone, not the person, who could not mend it."""
        try:
            validate_timezone(data.get("timezone") or "")
        except ma.ValidationError:
            return {**data, "timezone": None}
        return data


class SessionForm(_Zoned, RegistrationRequestSchema):
    """The session is in the address."""

    class Meta:
        exclude = ("session",)


class SeriesForm(_Zoned, SeriesRequestSchema):
    """The series is in the address."""


class GroupForm(GroupRequestSchema):
    """The session is in the address."""

    class Meta:
        exclude = ("session",)


class ChangeForm(CorrectionSchema):
    """What people change themselves; the form shows all of it, so that what is empty is meant to be."""

    class Meta:
        exclude = ("email", "note", "timezone")

    name = line(200, required=True, example="Ada Lovelace")


class SessionQuery(ma.Schema):
    invitation = ma.fields.String(load_default="")


class ReceiptQuery(ma.Schema):
    receipt = ma.fields.String(load_default="")


class ManageQuery(ma.Schema):
    token = ma.fields.String(load_default=None)
    saved = ma.fields.Boolean(load_default=False)
