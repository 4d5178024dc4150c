"""Publishing the current state again, for services that keep a copy."""
