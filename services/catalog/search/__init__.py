"""Ranked full-text search over everything public, with spelling correction and highlighted matches."""
