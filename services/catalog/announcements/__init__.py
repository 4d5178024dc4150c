"""Announcements, and the sessions that they are about."""
