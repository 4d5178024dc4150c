"""How the system is set up, run and shown: with Docker compose, and natively."""
