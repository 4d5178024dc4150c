"""Webhooks: outside sites that are called when something of the programme changes."""
