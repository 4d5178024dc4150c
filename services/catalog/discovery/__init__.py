"""Finding sessions: filters, facets and sort orders, from an index in memory."""
