"""The history of an entry, from the audit log."""
