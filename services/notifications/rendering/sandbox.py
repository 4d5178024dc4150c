"""Templates by staff, in the place of the built-in ones: checked, sandboxed, and never in the way of a mail."""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import structlog
from jinja2 import Environment, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.formats.mail_headers import UnsafeText
from services.notifications.rendering import grammar
from services.notifications.rendering.grammar import BrokenTemplate
from services.notifications.rendering.templates import FOLDER, Texts, assemble, make_environment, render_texts

log = structlog.get_logger()

LONGEST_SOURCE = 65_536
# Characters of a mail as text, and as HTML before it is laid out: of the built-in ones none has a hundredth of it.
LONGEST_MAIL = 500_000

NO_WEB_LINK = re.compile(r'href="(?!https?://|mailto:)', re.IGNORECASE)


@dataclass
class TemplateOverrides:
    """Templates by staff, by kind. `broken` collects which of them could not be used, and why."""

    sources: Mapping[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def render(self, kind: str, values: dict[str, Any]) -> Texts:
        """A mail of this kind as staff want it; where their template fails, as it is built in. Raises as that does."""
        source = self.sources.get(kind)
        if source is None:
            return render_texts(kind, values)
        try:
            return render_override(source, values)
        except BrokenTemplate as error:
            if kind not in self.broken:
                log.warning("template by staff is broken, sent as built in", kind=kind, reason=str(error))
                self.broken[kind] = str(error)
            return render_texts(kind, values)


def render_override(source: str, values: dict[str, Any]) -> Texts:
    """A mail by a template of staff. Raises BrokenTemplate, whatever is wrong with it."""
    try:
        texts = assemble(*_compile(source, frozenset(values)), values, longest=LONGEST_MAIL)
    except BrokenTemplate:
        raise
    except TemplateSyntaxError as error:
        raise BrokenTemplate(error.message or "it is not Jinja", error.lineno) from None
    except Exception as error:  # theirs must never keep a mail
        reason = str(error) if isinstance(error, TemplateError | UnsafeText) else type(error).__name__
        raise BrokenTemplate(reason, _line_of(error)) from None
    if not texts.subject:
        raise BrokenTemplate("the subject is empty")
    if NO_WEB_LINK.search(texts.html):
        raise BrokenTemplate("a link leads to no web address, or to a value that this mail does not have")
    return texts


@lru_cache(maxsize=64)
def _compile(source: str, names: frozenset[str]) -> tuple[Template, Template]:
    """The template for text, and for HTML."""
    if len(source) > LONGEST_SOURCE:
        raise BrokenTemplate(f"it is longer than {LONGEST_SOURCE} characters")
    return _compile_as("text", source, names), _compile_as("html", source, names)


def _compile_as(form: str, source: str, names: frozenset[str]) -> Template:
    environment = _environment(form)
    tree = environment.parse(source)
    grammar.check(tree, names)
    if form == "html":
        grammar.escape_words(tree)
    return environment.from_string(tree)


@cache
def _environment(form: str) -> Environment:
    return make_environment(ImmutableSandboxedEnvironment, form, [FOLDER / form])


def _line_of(error: Exception) -> int | None:
    """The template's line in which it happened; Jinja writes it into the traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return lines[-1] if lines else None
