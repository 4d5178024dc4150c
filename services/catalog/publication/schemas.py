"""When an entry becomes public, and withdrawals."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from services.catalog.dates import edtf_dates as dates
from services.catalog.dates.date_fields import IsoDateTime, Timezone
from services.catalog.dates.schemas import resolve_into


class PublicationSchema(ma.Schema):
    """When an entry becomes public: immediately if the time is missing or past."""

    publish_at = IsoDateTime(load_default=None, allow_none=True, metadata={"example": "2016-12-15T10:00:00"})
    timezone = Timezone(load_default=None, allow_none=True, metadata={"example": "America/Chicago"})

    @ma.validates_schema
    def check_moment(self, data: Mapping[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        if data["publish_at"]:
            resolve_into(errors, "publish_at", data["publish_at"], data["timezone"])
        if errors:
            raise ma.ValidationError(errors)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        moment = data["publish_at"]
        return {"at": dates.resolve(moment, data["timezone"]) if moment else None}


class WithdrawalQuery(ma.Schema):
    with_parts = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Of an initiative: withdraw what belongs to it and is public, too"},
    )
