"""What staff set for the registration of a session, and what its form asks."""
