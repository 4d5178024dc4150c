"""The catalog service owns initiatives, series, sessions, recordings, announcements, organizations and vocabularies,
and readers' comments on them.
"""
