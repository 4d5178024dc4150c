"""Backups of the system as `make up` runs it: a consistent dump of the database, and a manifest that restoring checks.

Secrets are never in a backup. How long backups are kept, and where else, is for whoever operates the system.
"""
