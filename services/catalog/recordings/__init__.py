"""Recordings of sessions: publish, change, withdraw, play."""
