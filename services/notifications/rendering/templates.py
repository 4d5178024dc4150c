"""Templates: one for each kind of mail, rendered twice, as MJML and as plain text, from the same words.

A kind's template extends `layout.j2` and uses the parts of `parts.j2`; there is a set of these two for HTML and one
for text. Its blocks are subject, preheader, heading, body and reason. What people wrote is only ever a value in a
template, and is escaped in HTML. These here are built in; `overrides.py` has those that staff put in their place.
"""

import math
import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from shared import i18n

FOLDER = Path(__file__).parent / "templates"

# Of Unicode's categories Cc and Cs, all but the line end and the tabulator.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# Else a mail would fetch fonts from a third party, which so would learn when and where it is read.
NO_FONTS = mrml.RenderOptions(fonts={})


class TooLong(TemplateError):
    """A mail of more characters than it may have."""


@dataclass(frozen=True)
class Texts:
    """What a mail says. HTML and text say the same."""

    subject: str
    text: str
    html: str


def render_texts(kind: str, values: dict[str, Any]) -> Texts:
    """A mail of this kind. Raises jinja2.TemplateError where `values` lacks something that its template names."""
    plain, html = (_environment(form).get_template(f"{kind}.j2") for form in ("text", "html"))
    return assemble(plain, html, values)


def read_source(kind: str) -> str:
    """The built-in template of a kind."""
    return (FOLDER / f"{kind}.j2").read_text()


def assemble(plain: Template, html: Template, values: dict[str, Any], *, longest: float = math.inf) -> Texts:
    """The mail that the two forms of a template make. Raises TooLong over `longest` characters, and what they raise."""
    context = plain.new_context(values)
    subject, preheader = ("".join(plain.blocks[name](context)).strip() for name in ("subject", "preheader"))
    mjml = html.render(values, subject=subject, preheader=preheader)
    text = re.sub(r"\n{3,}", "\n\n", plain.render(values)).strip() + "\n"
    if max(len(subject), len(text), len(mjml)) > longest:
        raise TooLong("the mail would be too long")
    return Texts(subject, text, mrml.to_html(mjml, render_options=NO_FONTS).content)


@cache
def _environment(form: str) -> Environment:
    return make_environment(Environment, form, [FOLDER / form, FOLDER])


def make_environment(make: type[Environment], form: str, folders: list[Path]) -> Environment:
    """Where templates are rendered as `text` or `html`, and find what they extend and import in these folders."""
    environment = make(
        loader=FileSystemLoader(folders),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_without_controls,
    )
    environment.filters["fold"] = _fold
    i18n.install(environment, as_text=form == "html")
    return environment


def _without_controls(value: Any) -> Any:
    """A value without the characters that no document may hold; line ends are for whoever uses the value."""
    if not isinstance(value, str) or not CONTROLS.search(value):
        return value
    return type(value)(CONTROLS.sub("", value))


def _fold(paragraph: str) -> str:
    """A paragraph in lines of at most 72 characters; links are never broken."""
    words = " ".join(paragraph.split())
    return textwrap.fill(words, 72, break_long_words=False, break_on_hyphens=False)
