"""Attendance, heartbeats and check-ins as JSON."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Range

from services.registration.attendance_reports.report_rows import IgnoredBecause
from shared.http.schema_fields import validate_timezone


class PresenceSchema(ma.Schema):
    """One person's presence."""

    email = ma.fields.String(required=True, validate=Length(1, 320), metadata={"example": "ada@library.example"})
    minutes = ma.fields.Integer(load_default=None, allow_none=True, validate=Range(0, 100_000))


class AttendanceQuery(ma.Schema):
    minimum_minutes = ma.fields.Integer(
        load_default=20,
        validate=Range(0, 10_000),
        metadata={"description": "Minutes in the session, all connections united, that count as having attended"},
    )
    timezone = ma.fields.String(
        load_default=None,
        validate=[Length(max=64), validate_timezone],
        metadata={
            "description": "Zone of times for which the report names none, if it is not the session's",
            "example": "America/New_York",
        },
    )


class PresenceReadSchema(ma.Schema):
    """What a report says of one person with a seat."""

    name = ma.fields.String(metadata={"example": "Ada Lovelace"})
    email = ma.fields.String(metadata={"example": "ada@library.example"})
    lines = ma.fields.List(ma.fields.Integer(), metadata={"description": "Lines of the file", "example": [7, 12]})
    attended = ma.fields.Boolean()
    minutes = ma.fields.Integer(allow_none=True, metadata={"description": "Within the session; null: not measured"})


class IgnoredRowSchema(ma.Schema):
    """A row of a report that says nothing of anybody."""

    line = ma.fields.Integer(metadata={"example": 9})
    shown = ma.fields.String(metadata={"description": "Whom it seems to be about", "example": "Bo Baker"})
    reason = ma.fields.Enum(IgnoredBecause, by_value=True)
    cell = ma.fields.String(metadata={"description": "The cell that cannot be read, or empty", "example": "n/a"})


class AppliedSchema(ma.Schema):
    """What became of an attendance report."""

    matched = ma.fields.Integer(metadata={"description": "People with a seat who were found in it", "example": 97})
    unmatched = ma.fields.Integer(metadata={"description": "People without a seat, and ignored rows", "example": 2})
    duplicates = ma.fields.Integer(metadata={"description": "Further rows of the same person", "example": 11})
    changed = ma.fields.Integer(metadata={"description": "People whose attendance is new or different", "example": 97})
    said_absent = ma.fields.Integer(metadata={"description": "Of those found, said not to have come", "example": 5})
    without_seat = ma.fields.List(
        ma.fields.String(), metadata={"description": "Addresses, or names, of those without a seat; 100 at most"}
    )
    ignored = ma.fields.List(ma.fields.Nested(IgnoredRowSchema), metadata={"description": "100 at most"})
    read = ma.fields.List(ma.fields.Nested(PresenceReadSchema), metadata={"description": "100 at most"})


class HeartbeatSchema(ma.Schema):
    """Where a player is."""

    position_seconds = ma.fields.Integer(required=True, validate=Range(0, 86_400), metadata={"example": 630})
    duration_seconds = ma.fields.Integer(
        required=True,
        validate=Range(1, 86_400),
        metadata={"description": "As the player knows it; the catalog's is what counts", "example": 5400},
    )


class ProgressSchema(ma.Schema):
    """How much of a recording was watched, each second counted once."""

    watched_seconds = ma.fields.Integer(metadata={"example": 600})
    duration_seconds = ma.fields.Integer(metadata={"example": 5400})
    viewed = ma.fields.Boolean(metadata={"description": "Enough of it to count"})


class JoinQuery(ma.Schema):
    token = ma.fields.String(required=True, validate=Length(max=500), metadata={"description": "From the mail"})


class CheckInSchema(ma.Schema):
    """Who stands at the door."""

    code = ma.fields.String(
        load_default=None,
        validate=Length(1, 40),
        metadata={"description": "Of the seat", "example": "9E3AC7RM"},
    )
    name = ma.fields.String(load_default=None, validate=Length(2, 200), metadata={"example": "Lovelace"})

    @ma.validates_schema
    def _check_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data.get("code") is None) == (data.get("name") is None):
            raise ma.ValidationError("Say a code or a name.", "code")


class AtTheDoorSchema(ma.Schema):
    """Somebody with a seat, as those at the door need to know them."""

    code = ma.fields.String(metadata={"example": "9E3AC7RM"})
    name = ma.fields.String(metadata={"example": "Ada Lovelace"})
    library = ma.fields.String(allow_none=True)


class ArrivalSchema(ma.Schema):
    """Who was let in; or else those with that name, of whom to choose by their code."""

    checked_in = ma.fields.Nested(AtTheDoorSchema, allow_none=True)
    again = ma.fields.Boolean(metadata={"description": "They had come in before"})
    candidates = ma.fields.List(ma.fields.Nested(AtTheDoorSchema))


class MarkSchema(ma.Schema):
    """Whether somebody was there, as staff saw it."""

    attended = ma.fields.Boolean(required=True)
    minutes = ma.fields.Integer(load_default=None, allow_none=True, validate=Range(0, 100_000))
