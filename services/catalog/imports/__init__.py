"""Whole programme documents: read, validated, and taken in all or not at all."""
