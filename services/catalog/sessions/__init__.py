"""Sessions: their content, public document and events."""
