"""Calendars and news feeds: what is in the catalog for programs that people already have."""
