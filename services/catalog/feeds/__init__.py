"""Calendars and news feeds."""
