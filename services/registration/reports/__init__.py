"""Participation, for the report of a grant."""
