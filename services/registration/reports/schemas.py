"""What crosses the door of reports."""

from datetime import date

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.registration.reports.dimensions import DIMENSIONS

# No program is older, and no moment after these days can be computed with.
YEARS = Range(date(1876, 1, 1), date(2999, 12, 31))


class ReportQuery(ma.Schema):
    """What the report is of. `since` and `until` are days (ISO 8601), the latter included, in UTC."""

    by = ma.fields.String(load_default="session", validate=OneOf(list(DIMENSIONS)))
    initiative = ma.fields.String(load_default=None, validate=Length(1, 200))
    series = ma.fields.String(load_default=None, validate=Length(1, 200))
    since = ma.fields.Date(load_default=None, validate=YEARS)
    until = ma.fields.Date(load_default=None, validate=YEARS)


class ParticipationSchema(ma.Schema):
    """Unique people, each counted once in each number."""

    key = ma.fields.String(allow_none=True, metadata={"description": "None where it is not known"})
    label = ma.fields.String(allow_none=True)
    registered = ma.fields.Integer()
    attended = ma.fields.Integer(metadata={"description": "Live, for long enough"})
    watched = ma.fields.Integer(metadata={"description": "The recording, enough of it"})
    completed = ma.fields.Integer(metadata={"description": "A series; of no session by itself"})
    invited = ma.fields.Integer()
    took_part = ma.fields.Integer(metadata={"description": "Attended or watched"})


class ReportSchema(ma.Schema):
    by = ma.fields.String()
    items = ma.fields.List(ma.fields.Nested(ParticipationSchema))
    total = ma.fields.Nested(ParticipationSchema)
