"""Mails as rows: which event causes which, what became of each, and when one is overtaken."""
