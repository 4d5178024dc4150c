"""After a restore: which mails that it thinks unsent were sent."""
