"""All kinds of published entries, refreshed together."""
