"""The bodies of scheduling actions."""

from services.catalog.dates.schemas import WhenFields


class ScheduleSchema(WhenFields):
    """The exact time of a session that had none."""

    class Meta:
        exclude = ("edtf",)


class RescheduleSchema(WhenFields):
    """Another time, or an uncertain date."""
