"""Every text of a template is marked for translation."""

import subprocess
from pathlib import Path

import pytest

from tests.structure.unmarked import unmarked

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared/*/templates/*", "services/*/templates/*", "services/*/rendering/templates/*")
LISTED = subprocess.run(["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True)
TEMPLATES = LISTED.stdout.split()


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 100


@pytest.mark.parametrize("path", TEMPLATES)
def test_all_texts_of_a_template_are_marked(path: str) -> None:
    assert unmarked((ROOT / path).read_text()) == []


@pytest.mark.parametrize(
    ("planted", "line", "text"),
    [
        ("<p>\nSave\n</p>", 1, "Save"),
        ("<p>{% trans %}Save{% endtrans %} now</p>", 1, "now"),
        ('<nav aria-label="Main"></nav>', 1, "Main"),
        ('{{ "Save" if new else _("Keep") }}', 1, "Save"),
        ('\n{{ field(form, "name", "Your name") }}', 2, "Your name"),
        ('{% set title = "Your name" %}', 1, "Your name"),
    ],
)
def test_a_text_that_is_not_marked_is_found(planted: str, line: int, text: str) -> None:
    [(found_line, found)] = unmarked(planted)

    assert found == text
    assert found_line - line in (0, 1)


@pytest.mark.parametrize(
    "marked",
    [
        '{% extends "Layout.html" %}',
        '<p class="note">{% trans count=n %}{{ count }} seat{% pluralize %}{{ count }} seats{% endtrans %}</p>',
        '<input name="q" value="{{ words }}" placeholder="{{ _(\'Search\') }}">',
        '{{ field(form, "library.name", _("Library name"), autocomplete="off") }}',
        "<script>const text = 'Save it';</script>",
    ],
)
def test_what_is_marked_or_no_text_is_let_pass(marked: str) -> None:
    assert unmarked(marked) == []
