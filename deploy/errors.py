"""What goes wrong while the system is set up, in words for the person at the terminal."""


class DeployError(Exception):
    """Says what is wrong and what can be done; needs no traceback."""
