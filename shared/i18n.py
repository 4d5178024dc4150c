"""Translation of the texts that people read (GNU gettext, by Babel).

English is the source. A language is one file in each folder that has texts: `shared/translations/<locale>.po` and
`services/<name>/translations/<locale>.po`, made from the templates that `make messages` writes. A text without a
translation is shown in English. Where two languages need different words for one English word, its two uses are
distinguished by a context (pgettext).
"""

import gettext as standard
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from jinja2 import Environment
from markupsafe import escape

ENGLISH = "en"
ROOT = Path(__file__).parents[1]
FOLDERS = ("shared/translations", "services/*/translations")

_locale: ContextVar[str] = ContextVar("locale", default=ENGLISH)


def current_locale() -> str:
    """The locale of the present request or mail, as an identifier of CLDR: `en`, `de`, `pt_BR`."""
    return _locale.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Set the current locale for the body of a `with`."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def gettext(message: str, **values: object) -> str:
    """Return the message in the current locale, with `%(name)s` filled in."""
    return _fill(translations(_locale.get()).gettext(message), values)


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Return the form of the message for this number, which it may name as `%(num)d`."""
    return _fill(translations(_locale.get()).ngettext(singular, plural, num), {"num": num, **values})


def pgettext(context: str, message: str, **values: object) -> str:
    """Return the message as translated for one use of a word that has several."""
    return _fill(translations(_locale.get()).pgettext(context, message), values)


def npgettext(context: str, singular: str, plural: str, num: int, **values: object) -> str:
    """Return the form for this number of a message with a context."""
    return _fill(translations(_locale.get()).npgettext(context, singular, plural, num), {"num": num, **values})


def noop(message: str) -> str:
    """Mark a message in a constant, for the extraction; it is translated where it is shown."""
    return message


@cache
def translations(locale: str) -> standard.NullTranslations:
    """Read the translations of a locale from its files; none of them, as for English, leaves messages as they are."""
    files = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/{locale}.po"))
    if not files:
        return standard.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    merged = Translations()
    for path in files:
        with path.open("rb") as source:
            compiled = BytesIO()
            write_mo(compiled, read_po(source, locale=locale))
        compiled.seek(0)
        part = Translations(compiled)
        merged.merge(part)
        merged.plural = part.plural  # of the language, so the same in every file
    return merged


def install(environment: Environment, *, as_text: bool = False) -> None:
    """Let the templates of an environment be translated into the current locale by `{% trans %}` and `_()`. Messages
    are format strings; with autoescape the values in them are escaped, and with `as_text` the messages, too. Line
    breaks in `{% trans %}` count as spaces.
    """
    finish = escape if as_text else str
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals["locale"] = current_locale
    vars(environment)["install_gettext_callables"](
        lambda message: finish(gettext(message)),
        lambda singular, plural, num: finish(translations(_locale.get()).ngettext(singular, plural, num)),
        newstyle=True,
        pgettext=lambda context, message: finish(pgettext(context, message)),
        npgettext=lambda context, singular, plural, num: finish(
            translations(_locale.get()).npgettext(context, singular, plural, num)
        ),
    )


def _fill(message: str, values: dict[str, object]) -> str:
    return message % values if values else message
