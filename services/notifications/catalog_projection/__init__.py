"""Notifications' copy of the catalog's facts: what mails must say of sessions, series and recordings."""
