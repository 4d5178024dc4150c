"""The way out: to addresses that are public, for a bounded time, and for a status alone."""
