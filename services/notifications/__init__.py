"""The notifications service owns what goes out: mails and their delivery, the newsletter with its readers, suppressed
addresses, email templates, and webhooks.
"""
