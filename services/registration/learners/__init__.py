"""Learners: signing in without passwords, and all that somebody takes part in."""
