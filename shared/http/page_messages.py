"""Error messages that pages show in other words than the API.

The API names JSON members; a page names the labels of its form. A message carries its wording for pages from where it
is made, so that nothing compares texts.
"""

from typing import Any, Self

import marshmallow as ma

from shared.i18n import gettext, noop

# The keys are marshmallow's codes, those of `error_messages`.
PAGE_WORDING = {"required": noop("Please fill this in."), "null": noop("Please fill this in.")}


class PageMessage(str):
    """A message of the API with its wording for pages, in English; both are format strings with the same values."""

    __slots__ = ("on_page",)
    on_page: str

    def __new__(cls, text: str, *, on_page: str) -> Self:
        message = super().__new__(cls, text)
        message.on_page = on_page
        return message

    def format(self, *args: object, **values: object) -> Self:
        """Fill in both wordings; marshmallow calls this when it makes an error."""
        return type(self)(super().format(*args, **values), on_page=self.on_page.format(*args, **values))


def page_text(message: object) -> str:
    """Return the words in which a page shows the message, in the reader's language."""
    return gettext(message.on_page if isinstance(message, PageMessage) else str(message))


def word_for_pages(schema: ma.Schema) -> ma.Schema:
    """Return the schema, whose errors carry a wording for pages from now on; what the API answers does not change."""
    for field in schema.fields.values():
        _word(field)
    return schema


def _word(field: Any) -> None:
    field.error_messages = field.error_messages | {
        code: PageMessage(field.error_messages[code], on_page=wording)
        for code, wording in PAGE_WORDING.items()
        if code in field.error_messages
    }
    if isinstance(field, ma.fields.Nested):
        word_for_pages(field.schema)
    elif isinstance(field, ma.fields.List):
        _word(field.inner)
    elif isinstance(field, ma.fields.Mapping) and field.value_field:
        _word(field.value_field)
