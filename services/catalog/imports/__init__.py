"""Importing program documents: all of a document or nothing."""
