"""The common ground of all kinds of entries: rows, URLs, visibility, responses."""
