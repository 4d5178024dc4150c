"""Suppressions: addresses that no mail goes to, since they do not exist or their owners do not want it."""
