"""Mails as rows: which event causes which, what is known of whom they are for, and when one is overtaken."""
