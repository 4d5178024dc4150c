"""Announcements: what is told of the programme, when, and about which sessions."""
