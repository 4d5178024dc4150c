"""What crosses the doors of feeds."""

from services.catalog.discovery.schemas import FilterQuery


class CalendarQuery(FilterQuery):
    """Which sessions a calendar has: what starts before 90 days ago only where `starts_after` asks for it."""
