"""What crosses the door of attendance."""

import marshmallow as ma
from marshmallow.validate import Length, Range


class PresenceSchema(ma.Schema):
    """One person's presence."""

    email = ma.fields.String(required=True, validate=Length(1, 320), metadata={"example": "ada@library.example"})
    minutes = ma.fields.Integer(load_default=None, allow_none=True, validate=Range(0, 100_000))


class AttendanceQuery(ma.Schema):
    minimum_minutes = ma.fields.Integer(
        load_default=20,
        validate=Range(0, 10_000),
        metadata={"description": "Minutes, of all joins together, that count as having attended"},
    )


class AppliedSchema(ma.Schema):
    """What became of an attendance report."""

    matched = ma.fields.Integer(metadata={"description": "People with a seat who were found in it", "example": 97})
    unmatched = ma.fields.Integer(metadata={"description": "Addresses and rows without a seat", "example": 2})
    duplicates = ma.fields.Integer(metadata={"description": "Further rows of the same address", "example": 11})
    changed = ma.fields.Integer(metadata={"description": "People whose attendance is new or different", "example": 97})


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


class LearnerQuery(ma.Schema):
    token = ma.fields.String(load_default=None, validate=Length(max=500), metadata={"description": "From the mail"})
