"""The registration service owns people, registrations, waiting lists, attendance, views, completions and
invitations.
"""
