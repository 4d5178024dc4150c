"""OAI-PMH 2.0, by which library systems harvest the catalog, withdrawals included."""
