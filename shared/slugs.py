"""Slugs: what a thing is called in an address."""

import re
import unicodedata


def make_slug(title: str, *, longest: int) -> str:
    """The title in plain small letters, digits and hyphens, cut to `longest`; empty where none of it is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
