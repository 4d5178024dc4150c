"""The check of words in `make lint`: what it refuses, what it lets pass, and an exemption list that only shrinks."""

from pathlib import Path

import pytest

from tests.structure import words


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '"""What is kept here."""'),
        ("a.py", 'def a() -> bool:\n    """Whether it is."""'),
        ("a.py", "# Whom it concerns."),
        ("a.py", 'raise NotFound("This link is not good any more.")'),
        ("a.md", "The text that stands there is written anew."),
        ("a.md", "Whoever is told of it"),
        ("a.md", "a list, of which two remain, in the place of one"),
        ("a.md", "The door of programs hears of it."),
        ("a.md", "The programme was cancelled."),
        ("a.html", "<p>Nobody is like that.</p>"),
        ("a.html", "<p>Send an e-mail</p>"),
        ("a.html", "<button>Look what it would do</button>"),
    ],
)
def test_a_habit_is_refused(path: str, text: str) -> None:
    assert words.findings(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '"""Return the rows that a reader may see."""'),
        ("a.py", 'kind = "programme"  # what the wire calls it'),
        ("a.py", '"""Admit a person at the door of the venue."""'),
        ("a.py", "# 0 stands for no limit; a warehouse understands this outdoors."),
        ("a.md", "The member `programme` of `registration.cancelled`"),
        ("a.md", "```\ncancelled\n```"),
        ("a.html", '<a href="{{ programme.url }}">{{ programme.title }}</a>'),
    ],
)
def test_plain_words_pass(path: str, text: str) -> None:
    assert words.findings(path, text) == []


def test_a_finding_names_the_line_and_says_what_to_write() -> None:
    [found] = words.findings("docs/a.md", "First line.\nIt is made anew.\n")

    assert found == "docs/a.md:2: 'anew': write again"


def test_code_templates_and_docs_outside_of_the_exemptions_are_in_plain_words() -> None:
    assert words.check(words.files(), words.exemptions()) == []


def test_a_file_without_an_exemption_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "ROOT", tmp_path)
    (tmp_path / "new.py").write_text('"""Whatever was made anew."""\n')
    (tmp_path / "old.py").write_text('"""Whatever was made anew."""\n')

    assert words.check(["new.py", "old.py"], ["old.py"]) == ["new.py:1: 'anew': write again"]


def test_an_exemption_that_nothing_needs_fails_the_check() -> None:
    assert "not_yet_rewritten.txt: remove 'LICENSE', which is clean now" in words.check([], ["LICENSE"])
