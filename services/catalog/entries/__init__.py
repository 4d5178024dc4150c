"""What all kinds of entries share: rows, URLs, visibility, responses."""
