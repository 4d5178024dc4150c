"""What crosses the door of reminders."""

import marshmallow as ma
from marshmallow.validate import Length, Regexp

DURATION = r"(P([1-9]|[12]\d|30)D|PT([1-9]|1\d|2[0-3])H)\Z"


class RemindersSchema(ma.Schema):
    """When those who have a seat in a session are reminded of it."""

    before = ma.fields.List(
        ma.fields.String(validate=Regexp(DURATION, error="Write P1D to P30D, or PT1H to PT23H.")),
        required=True,
        validate=Length(max=5),
        metadata={
            "description": "How long before the start, in days or in hours (ISO 8601); none reminds nobody",
            "example": ["P7D", "PT1H"],
        },
    )

    @ma.validates("before")
    def _check_differ(self, before: list[str], **_kwargs: object) -> None:
        if len(set(before)) < len(before):
            raise ma.ValidationError("Two of them are the same.")
