"""The path of every write: the catalog's lock, its revision, changed documents and their events."""
