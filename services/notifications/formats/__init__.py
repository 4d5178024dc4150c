"""Formats of setting values and mail headers, shared by settings and several subjects."""
