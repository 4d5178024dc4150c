"""The notifications service owns the mails that events cause: messages, their rendering and their delivery."""
