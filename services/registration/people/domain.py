"""Names as they are compared, and people who are not there any more."""

import re
import unicodedata

from shared.errors import Gone

# Letters that Unicode does not decompose into a letter and an accent.
LETTERS = str.maketrans(
    {
        "\u00f8": "o",
        "\u0142": "l",
        "\u0111": "d",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0131": "i",
    }
)
# Forms of address before a name, and degrees after it; "Jr." and "III" are part of it, since a father may register too.
TITLES = {"mr", "mrs", "ms", "mx", "miss", "dr", "prof", "professor", "rev"}
DEGREES = {"phd", "edd", "mls", "mlis", "mlsc", "msis", "msls", "ma", "mba", "med", "esq"}


class Erased(Gone):
    """What is asked for is of a person who was erased: there is nothing to see, and nothing is written any more."""

    problem = "person-erased"

    def __init__(self) -> None:
        super().__init__("This person was erased.")


def fold_name(name: str) -> str:
    """Returns a name as it is compared: lower case, without accents, punctuation, brackets, titles and degrees.

    "Last, First" becomes "first last". Two names are one person's only if they fold alike; likeness proves nothing.
    """
    bare = re.sub(r"\(.*?\)|\[.*?\]|#.*", " ", unicodedata.normalize("NFKD", name).casefold().translate(LETTERS))
    bare = "".join(character for character in bare if not unicodedata.combining(character))
    parts = [words for part in bare.split(",") if (words := _name_words(part)) and not set(words) <= DEGREES]
    ordered = [word for part in (*parts[1:], *parts[:1]) for word in part] or _name_words(bare)
    if len(ordered) > 2 and ordered[0] in TITLES:
        del ordered[0]
    while len(ordered) > 2 and ordered[-1] in DEGREES:
        del ordered[-1]
    return " ".join(ordered)


def _name_words(text: str) -> list[str]:
    """Returns the words of a part of a name; apostrophes and points join, other punctuation divides."""
    return re.findall(r"\w+", re.sub(r"['\u2018\u2019\u02bc\u02bb\u00b4`.]", "", text))
