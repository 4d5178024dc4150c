"""Progress: who has completed a series, and the invitation that this earns."""
