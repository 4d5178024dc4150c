"""Who registered for a session, for its staff: lists, tables, and what is done by hand."""
