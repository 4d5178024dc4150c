"""The archive: issues that were sent, for anybody to read."""
