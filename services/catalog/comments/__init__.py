"""Readers' comments on sessions and announcements; they become public when staff approve them."""
