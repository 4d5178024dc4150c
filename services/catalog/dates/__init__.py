"""Dates of sessions and programs: exact times in a zone, or uncertain dates in EDTF."""
