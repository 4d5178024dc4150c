"""People: who they are, known by their address."""
