"""Notifications' copy of who takes part in what: registrations and invitations, with names and addresses, and
who came to what."""
