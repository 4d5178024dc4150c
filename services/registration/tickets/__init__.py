"""Tickets: what the links in mails open, and for how long."""
