"""Which outside sites are called, for what, and the secrets by which they know that it is us."""
