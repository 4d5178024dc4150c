"""The newsletter's readers: signing up twice over, preferences, leaving, and the proof of all that."""
