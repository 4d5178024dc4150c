"""The registration service owns people, registrations, seats and waiting lists, attendance, views, completions,
invitations, certificates, sign-ins of learners and the directory of libraries.
"""
