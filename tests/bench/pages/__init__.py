"""Budgets of pages: what they cost on an old phone."""
