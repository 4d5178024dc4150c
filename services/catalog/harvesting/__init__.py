"""OAI-PMH 2.0: how libraries' own systems harvest what is in the catalog, and learn what was withdrawn."""
