"""The full-text index: parsing what a reader typed, and finding entries by it."""
