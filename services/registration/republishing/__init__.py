"""Republishing what registration knows, after a restore."""
