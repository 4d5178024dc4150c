"""Sessions, what is decided about them, and their recordings."""
