"""New links for old: where an address was wrong, and where somebody asks for it."""
