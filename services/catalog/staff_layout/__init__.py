"""The layout of all staff pages."""
