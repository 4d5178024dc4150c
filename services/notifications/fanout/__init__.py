"""How an issue reaches its readers, and what became of its mails."""
