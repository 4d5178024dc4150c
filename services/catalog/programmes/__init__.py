"""Initiatives and what they are made of: series, organizations, vocabularies."""
