"""The layout of all public pages, with structured data."""
