"""Checks of texts that people type and others read: no invisible characters, no changes of the writing direction, and
no links in names.
"""

import re
import unicodedata

import idna

ZWNJ, ZWJ = "\u200c", "\u200d"
# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties.txt), and what is drawn as nothing without being one: the
# blank pattern of braille, the null notehead, and the placeholder of an object.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Controls, characters of formatting, halves of surrogate pairs, separators of lines and of paragraphs.
CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Letters, numbers, punctuation and symbols: what is seen by itself; and what this version of Unicode does not know.
SEEN = re.compile("[LNPS].|Cn")
# Which characters a variation selector varies (StandardizedVariants.txt, emoji-variation-sequences.txt, UTS #37).
IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
MONGOLIAN = re.compile("[\u1820-\u18aa]")
# UAX #31, 2.3: beside what RFC 5892 allows, a joiner keeps Bengali and Devanagari ra apart from a virama that follows.
RA_BEFORE_VIRAMA = re.compile("[\u0930\u09b0\u09f0]\u200d[\u094d\u09cd]")

# Characters that look like one of these, or that programs read as one. NFKC folds the full-width forms.
ALIKE = str.maketrans(
    {"\u3002": ".", "\u2215": "/", "\u2044": "/", "\u29f8": "/", "\\": "/", "\u2236": ":", "\ua789": ":"}
)
# `evil.example/pay`, `192.0.2.7/pay`, with a port or the dot of the root as well; not `Ph.D./M.L.S.`, in which one
# letter is where a top-level domain has two.
DOMAIN_AND_PATH = re.compile(
    r"(?:(?:[^\W_]|[-_])+\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{2,})\.?(?::\d+)?(?:/|\?\S)"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?/"
)
# Degrees that look like a domain; none of them is one, or one that anybody may have.
DEGREES = re.compile(r"(?<![\w.-])(?:[bdm]\.(?:ed|sc|eng|div|phil|mus|arch)|ed\.[ds])\.?(?=/)")


def find_invisible(text: str, *, lines: bool = False, pictures: bool = False) -> str | None:
    """The first character of the text that nobody sees or that controls how it is shown, or None.

    `lines` allows newlines and tabs. Joiners are allowed where a script needs them (RFC 5892, A.1 and A.2), and
    between pictographs if `pictures`; variation selectors where there is something to vary.
    """
    if text.isascii() and text.isprintable():
        return None
    for place, character in enumerate(text):
        if lines and character in "\n\r\t":
            continue
        unseen = (
            INVISIBLE.match(character) or unicodedata.category(character) in CONTROLS or _is_noncharacter(character)
        )
        if unseen and not _is_needed(text, place, pictures=pictures):
            return character
    return None


def is_blank(text: str) -> bool:
    """True if nothing of the text would be seen, though it is not empty."""
    return bool(text) and not any(SEEN.match(unicodedata.category(one)) and not INVISIBLE.match(one) for one in text)


def contains_link(text: str) -> bool:
    """True if the text holds `://`, `www.`, or a domain followed by a path, in any form that programs read as such."""
    plain = _fold(text)
    if "." not in plain and "://" not in plain:
        return False
    return "://" in plain or "www." in plain or bool(DOMAIN_AND_PATH.search(DEGREES.sub("", plain)))


def strip_invisible(text: str) -> str:
    """The text without invisible characters and joiners; what is left of it is judged as it is."""
    if text.isascii():
        return text
    return "".join(one for one in text if not INVISIBLE.match(one) and unicodedata.category(one) != "Cf")


def codepoint_name(character: str) -> str:
    """Return the name of a character in messages: `U+200B`."""
    return f"U+{ord(character):04X}"


def _fold(text: str) -> str:
    """The text as programs read it that look for links: in compatibility form and lower case, without accents."""
    if text.isascii():
        return text.lower().replace("\\", "/")
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(ALIKE)).translate(ALIKE)
    return "".join(one for one in plain.lower() if not unicodedata.category(one).startswith("M"))


def _is_noncharacter(character: str) -> bool:
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _is_needed(text: str, place: int, *, pictures: bool) -> bool:
    """True if an invisible character changes how its neighbors are drawn."""
    character, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if character in (ZWNJ, ZWJ):
        return _joins(text, place) or (pictures and character == ZWJ and _is_picture(before) and _is_picture(after))
    if not before:
        return False
    if "\ufe00" <= character <= "\ufe02" or "\U000e0100" <= character <= "\U000e01ef":
        return bool(IDEOGRAPHS.match(before))
    if character in "\ufe0e\ufe0f":
        return unicodedata.category(before) == "So"
    return character in "\u180b\u180c\u180d\u180f" and bool(MONGOLIAN.match(before))


def _joins(text: str, place: int) -> bool:
    around = text[max(place - 8, 0) : place + 9]
    try:
        found = idna.core.valid_contextj(around, min(place, 8))
    except ValueError:  # a neighbor that this version of Unicode does not know
        return False
    return found or bool(RA_BEFORE_VIRAMA.match(text, max(place - 1, 0)))


def _is_picture(character: str) -> bool:
    """True for a symbol, the selector that draws one as a picture, or a tone of skin."""
    return character == "\ufe0f" or (bool(character) and unicodedata.category(character) in ("So", "Sk"))
