"""Parsing a search: `community dialogue`, `"world café"`, `-webinar`, and an unfinished last word."""

import re
from dataclasses import dataclass, replace

from shared.errors import Invalid

TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
WORD = re.compile(r"\w+")
MOST_WORDS = 16


@dataclass(frozen=True)
class SearchTerm:
    """One or several consecutive words; a phrase is matched exactly."""

    words: tuple[str, ...]
    excluded: bool = False
    phrase: bool = False

    def __str__(self) -> str:
        """Return the term for `websearch_to_tsquery`, without anything that it would interpret as an operator."""
        return f'{"-" if self.excluded else ""}"{" ".join(self.words)}"'


@dataclass(frozen=True)
class ParsedQuery:
    """A parsed search; `unfinished` is the beginning of a word that the reader may still be typing."""

    terms: tuple[SearchTerm, ...]
    unfinished: str = ""

    @property
    def finished(self) -> str:
        """The terms without the unfinished one."""
        return " ".join(map(str, self.terms))

    @property
    def prefix(self) -> str:
        return f"{self.unfinished}:*" if self.unfinished else ""

    def bare_words(self) -> list[str]:
        """Return the words that may be misspelled; phrases and exclusions are taken literally."""
        words = [term.words[0] for term in self.terms if len(term.words) == 1 and not (term.excluded or term.phrase)]
        return [*words, self.unfinished] if self.unfinished else words

    def corrected(self, corrections: dict[str, str]) -> "ParsedQuery":
        """Return the query with misspelled words replaced."""
        terms = tuple(
            term
            if term.excluded or term.phrase
            else replace(term, words=tuple(corrections.get(word, word) for word in term.words))
            for term in self.terms
        )
        return ParsedQuery(terms, corrections.get(self.unfinished, self.unfinished))

    def __str__(self) -> str:
        """Return the query as a reader would type it."""
        shown = [
            str(term) if term.phrase else f"{'-' if term.excluded else ''}{' '.join(term.words)}" for term in self.terms
        ]
        return " ".join([*shown, self.unfinished] if self.unfinished else shown)


def parse(text: str) -> ParsedQuery:
    """Parse a search. Raises Invalid if it has no words to find, or too many."""
    terms = [term for match in TERM.finditer(text) if (term := _read(match)).words]
    if len(terms) > MOST_WORDS:
        raise Invalid({"q": [f"Not more than {MOST_WORDS} words."]})
    if not any(not term.excluded for term in terms):
        raise Invalid({"q": ["Say what is to be found, not only what is not."]})
    last = terms[-1]
    [*_, word] = last.words
    if last.phrase or last.excluded or len(last.words) > 1 or not text[-1].isalnum():
        return ParsedQuery(tuple(terms))
    return ParsedQuery(tuple(terms[:-1]), word)


def _read(match: re.Match[str]) -> SearchTerm:
    phrase, word = match["phrase"], match["word"]
    words = tuple(WORD.findall(phrase if phrase is not None else word))
    return SearchTerm(words, excluded=bool(match["minus"]), phrase=phrase is not None)
