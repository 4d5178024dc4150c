"""Errors of set-up and operation, with messages for the person at the terminal."""


class DeployError(Exception):
    """Says what is wrong and what can be done; needs no traceback."""
