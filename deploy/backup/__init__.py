"""Backups of the system as `make up` runs it: a consistent dump of the database, and a manifest that restoring checks.

Secrets are never in a backup. The operator decides how long backups are kept, and where else.
"""
