"""Recordings of sessions: published, described anew, withdrawn."""
