"""Invitations: earned by completing a series or issued by staff; accepted, declined, passed on, revoked, expired."""
