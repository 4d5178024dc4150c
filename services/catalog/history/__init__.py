"""What was changed in an entry, from the audit log."""
