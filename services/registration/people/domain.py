"""Names as they are compared."""

import re
import unicodedata


def fold_name(name: str) -> str:
    """A name as it is compared: in lower case, without accents' ways of being written, brackets and spare blanks."""
    bare = re.sub(r"\(.*?\)|#.*", " ", unicodedata.normalize("NFKC", name))
    return " ".join(bare.casefold().split())
