"""The log of mails: what became of each, how it reads, and that it is to go out again."""
