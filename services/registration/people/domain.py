"""Names as they are compared, and people who are not there any more."""

import re
import unicodedata

from shared.errors import Gone


class Erased(Gone):
    """What is asked for is of a person who was erased: there is nothing to see, and nothing is written any more."""

    problem = "person-erased"

    def __init__(self) -> None:
        super().__init__("This person was erased.")


def fold_name(name: str) -> str:
    """A name as it is compared: in lower case, without accents' ways of being written, brackets and spare blanks."""
    bare = re.sub(r"\(.*?\)|#.*", " ", unicodedata.normalize("NFKC", name))
    return " ".join(bare.casefold().split())
