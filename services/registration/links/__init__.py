"""Addresses of the pages that links in emails lead to."""
