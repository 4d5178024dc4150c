"""Dates in documents: three members for a known time, or one for an uncertain date."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import marshmallow as ma

from services.catalog.dates import edtf_dates
from services.catalog.dates.date_fields import EdtfDate, IsoDateTime, Timezone
from shared.http.page_messages import PageMessage
from shared.i18n import noop

EITHER_OR = PageMessage(
    "Give either a time or edtf, not both.", on_page=noop("Give either a time or an uncertain date, not both.")
)
INCOMPLETE = PageMessage(
    "Give starts_at, ends_at and timezone, or edtf.",
    on_page=noop("Give start, end and time zone, or an uncertain date."),
)
ENDS_TOO_EARLY = PageMessage("Must be after starts_at.", on_page=noop("Must be after the start."))


class WhenFields(ma.Schema):
    """A known time, or an uncertain date instead."""

    starts_at = IsoDateTime(metadata={"example": "2017-04-06T13:00:00"})
    ends_at = IsoDateTime(metadata={"example": "2017-04-06T14:30:00"})
    timezone = Timezone(metadata={"example": "America/Chicago"})
    edtf = EdtfDate(metadata={"description": "Instead of the three; EDTF level 1", "example": "2017-23"})

    @ma.validates_schema(skip_on_field_errors=False, pass_original=True)
    def check_when(self, data: Mapping[str, Any], original: Any, **_: Any) -> None:
        if not isinstance(original, Mapping) or any(name in original and name not in data for name in MEMBERS):
            return  # those errors are reported already
        if errors := _find_errors_of_when(data):
            raise ma.ValidationError(errors)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        return with_when(data)


MEMBERS = ("starts_at", "ends_at", "timezone", "edtf")


def _find_errors_of_when(data: Mapping[str, Any]) -> dict[str, list[str]]:
    exact = ("starts_at", "ends_at", "timezone")
    if "edtf" in data:
        both = [name for name in ("starts_at", "ends_at") if name in data]
        return {name: [EITHER_OR] for name in both}
    if missing := [name for name in exact if name not in data]:
        return {name: [INCOMPLETE] for name in missing}
    errors: dict[str, list[str]] = {}
    resolved = {name: resolve_into(errors, name, data[name], data["timezone"]) for name in exact[:2]}
    starts, ends = resolved["starts_at"], resolved["ends_at"]
    if starts and ends and ends <= starts:
        errors["ends_at"] = [ENDS_TOO_EARLY]
    return errors


def with_when(data: dict[str, Any]) -> dict[str, Any]:
    """Replace the date members of validated data by a `when`."""
    when = data.get("edtf")
    if when is None:
        starts_at, ends_at = (edtf_dates.resolve(data[name], data["timezone"]) for name in ("starts_at", "ends_at"))
        when = edtf_dates.exact(starts_at, ends_at, data["timezone"])
    rest = {name: value for name, value in data.items() if name not in ("starts_at", "ends_at", "edtf")}
    return {"timezone": None, **rest, "when": when}


def resolve_into(errors: dict[str, list[str]], name: str, moment: datetime, timezone: str | None) -> datetime | None:
    """Return the time in its zone; if it does not exist there, put the reason into `errors` and return None."""
    try:
        return edtf_dates.resolve(moment, timezone)
    except ValueError as error:
        errors[name] = [str(error)]
        return None


class WhenSchema(ma.Schema):
    edtf = ma.fields.String(metadata={"example": "2017-04-06T13:00:00-05:00"})
    label = ma.fields.String(metadata={"example": "Thursday, April 6, 2017, 1:00 PM CDT"})
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    timezone = ma.fields.String(metadata={"example": "America/Chicago"})
