"""Staff pages that list everything in the catalog."""
