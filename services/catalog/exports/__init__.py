"""Whole programmes as documents that can be imported again."""
