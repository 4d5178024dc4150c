"""Reminders: of sessions before they begin, of invitations before they end."""
