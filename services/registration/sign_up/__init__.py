"""Registering for a session, a series or a group: the API, the forms and the receipt."""
