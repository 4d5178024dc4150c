"""The home page of the catalog: lists, filters and search for learners."""
