"""A mail catcher for development: takes every mail by SMTP, delivers none, shows all in a page and a JSON API.

The API answers as MailDev 3 does, as far as this project uses it, so that nothing needs to know which of the two runs.
"""
