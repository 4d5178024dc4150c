"""The changes feed, by which mirrors stay exact."""
