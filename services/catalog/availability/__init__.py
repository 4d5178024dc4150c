"""Taken seats as registration reports them, and whether a person can register now."""
