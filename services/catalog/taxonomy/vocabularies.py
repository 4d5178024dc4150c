"""The fixed value lists: vocabularies that describe entries, session formats, statuses and registration policies."""

VOCABULARIES = ("library_type", "topic", "job_function", "audience", "budget", "community_size")
FORMATS = ("webinar", "workshop")
# States of a session, of an entry, and of who may register.
STATUSES = ("planned", "scheduled", "held", "cancelled")
STATES = ("draft", "scheduled", "published", "withdrawn")
POLICIES = ("open", "invitation")
# How sessions of a series may be attended to complete it.
COUNTS = ("live", "recorded")
# Kinds of entries that staff create one at a time; vocabularies are created by a migration.
EDITABLE_KINDS = ("organization", "initiative", "series", "session", "announcement")
