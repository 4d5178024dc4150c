"""What somebody with a seat says at the door."""

import secrets

# Nothing that is taken for something else, said or written: no 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V.
ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
LENGTH = 8


def make_code() -> str:
    """A random code, which is known from nothing else."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def fold_code(said: str) -> str:
    """A code as it is compared: in capitals, without what was put between its characters."""
    return "".join(character for character in said.upper() if character.isalnum())
