"""Exporting programs as documents that can be imported again."""
