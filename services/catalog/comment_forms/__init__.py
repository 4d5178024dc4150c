"""The comment form below the pages of sessions and announcements."""
