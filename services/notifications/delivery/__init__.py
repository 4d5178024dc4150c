"""Delivery of emails that are due: claiming them, handing them to the mail server, and settling what it answered."""
