"""The query of calendars."""

from services.catalog.discovery.schemas import FilterQuery


class CalendarQuery(FilterQuery):
    """Filters of a calendar. Sessions over 90 days ago are left out unless `starts_after` asks for them."""
