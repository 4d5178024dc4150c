"""Contracts of events as marshmallow schemas, and a fast check of an event against its contract."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import marshmallow
from marshmallow import fields

WITHIN_64_BITS = range(-(2**63), 2**63)


class Int64(fields.Integer):
    """A whole number of 64 bits: of larger ones, orjson reads a float, and writes nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _validated(self, value: Any) -> Any:
        number = super()._validated(value)
        if number not in WITHIN_64_BITS:
            raise self.make_error("too_large", input=value)
        return number


# Values of these types are the same in JSON (an integer within its bits), so only validators of the field can refuse
# them.
NATIVE: dict[type[fields.Field], type] = {
    fields.String: str,
    fields.UUID: UUID,
    fields.DateTime: datetime,
    fields.Boolean: bool,
    fields.Raw: str,
    Int64: int,
}


class ContractSchema(marshmallow.Schema):
    """Base of the schemas of events: a consumer ignores members that it does not know."""

    TYPE_MAPPING: ClassVar = {**marshmallow.Schema.TYPE_MAPPING, int: Int64}  # pyright: ignore[reportIncompatibleVariableOverride]

    class Meta:
        unknown = marshmallow.EXCLUDE


def contract_errors(schema: marshmallow.Schema, thing: object) -> dict[str, Any]:
    """Return validation errors by field, as `schema.validate` would report for the document made of the dataclass, and
    for members of another type; empty if the event is valid.

    A request waits for this check. A member that has the type of its field is not dumped and loaded again, as
    marshmallow would do with all members in ten times the time.
    """
    found: dict[str, Any] = {}
    for name, field in schema.fields.items():
        if fault := _fault(field, getattr(thing, name, marshmallow.missing)):
            found[name] = fault
    return found


def _fault(field: fields.Field, value: Any) -> Any:
    kind = type(value)
    if kind is NATIVE.get(type(field)) and (kind is not int or value in WITHIN_64_BITS):
        return _refusal(field, value) if field.validators else None
    if value is marshmallow.missing:
        return [field.error_messages["required"]]
    if value is None:
        return None if field.allow_none else [field.error_messages["null"]]
    if isinstance(field, fields.Nested):
        return contract_errors(field.schema, value)
    if isinstance(field, fields.List):
        return {place: fault for place, one in enumerate(value) if (fault := _fault(field.inner, one))}
    try:
        field.deserialize(field.serialize("value", {"value": value}))
    except marshmallow.ValidationError as error:
        return error.messages
    return None


def _refusal(field: fields.Field, value: Any) -> Any:
    try:
        for validator in field.validators:
            validator(value)
    except marshmallow.ValidationError as error:
        return error.messages
    return None
