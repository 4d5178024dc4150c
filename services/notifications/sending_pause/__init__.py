"""Sending rests while the mail server refuses us, whoever the mail is for."""
