"""Marshmallow fields for dates, times, time zones and durations."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma

from services.catalog.dates import durations, edtf_dates


class Timezone(ma.fields.String):
    """The name of an IANA time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if (name := super()._deserialize(value, attr, data, **kwargs)) not in edtf_dates.zones():
            raise ma.ValidationError("Not an IANA time zone, such as America/Chicago.")
        return name


class IsoDateTime(ma.fields.String):
    """An ISO 8601 date and time, with or without an offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text) or not 1000 < moment.year < 9000:
            raise ma.ValidationError("Not a date and time in ISO 8601, such as 2017-04-06T13:00:00.")
        return moment


class OffsetDateTime(IsoDateTime):
    """An ISO 8601 date and time with an offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if moment.tzinfo is None:
            raise ma.ValidationError("Needs an offset, such as -05:00 or Z.")
        return moment


class DateTimeBound(IsoDateTime):
    """A date and time to compare with. Without an offset it is in UTC; a date alone means its first moment."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = f"{value}T00:00:00" if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value
        moment = super()._deserialize(text, attr, data, **kwargs)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class EdtfDate(ma.fields.String):
    """An uncertain date in EDTF. A number is accepted too, since YAML reads a bare year as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = str(value) if type(value) is int else value
        try:
            return edtf_dates.uncertain(super()._deserialize(text, attr, data, **kwargs))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from None


class IsoDuration(ma.fields.String):
    """An ISO 8601 duration, loaded as seconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return durations.read_duration(super()._deserialize(value, attr, data, **kwargs))
        except ValueError as error:
            raise ma.ValidationError(str(error)) from None
