"""Forms of pages: loaded by the same schemas as JSON, shown again with their errors, accepted from this site only.

The name of a field is its path in the schema: `library.name`, `people.2.email`, `answers.experience`. So a schema's
errors are shown at the right fields.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma
from flask import g, request
from werkzeug.datastructures import MultiDict

from shared import runtime
from shared.errors import DomainError, Forbidden, Invalid, TooMany, messages_by_path
from shared.http.page_messages import page_text, word_for_pages
from shared.i18n import gettext

SAME_SITE = ("same-origin", "none")
# Digits of a row's number. Python refuses to read thousands of them, and a page counts up to it.
MAX_INDEX_DIGITS = 4


class Form:
    """Values and errors of a form by the names of its fields."""

    def __init__(self, values: MultiDict[str, str] | None = None, errors: Mapping[str, Any] | None = None) -> None:
        self.values = values if values is not None else MultiDict()
        self.errors: dict[str, list[str]] = {}
        self.add_errors(errors or {})

    @classmethod
    def sent(cls) -> "Form":
        """Return the form that the request sent."""
        return cls(request.form)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Form":
        """Return the form that shows a document (as in JSON) for editing."""
        return cls(MultiDict(_flatten(document)))

    def add_errors(self, errors: Mapping[str, Any]) -> "Form":
        """Add errors by the names of fields; an error of no field has any other name."""
        for name, messages in errors.items():
            found = [messages] if isinstance(messages, str) else messages
            self.errors.setdefault(name, []).extend(page_text(message) for message in found)
        return self

    def text(self, name: str, default: str = "") -> str:
        """Return the value of the field."""
        return self.values.get(name, default)

    def texts(self, name: str) -> list[str]:
        """Return the values of a field that has several."""
        return self.values.getlist(name)

    def errors_for(self, name: str) -> list[str]:
        """Return the errors of the field and of the fields within it."""
        return [m for path, found in self.errors.items() if path == name or path.startswith(f"{name}.") for m in found]

    def count(self, name: str) -> int:
        """Return the number of rows of the list of this name."""
        return 1 + max((index for index in _indexes(self.values, f"{name}.")), default=-1)

    def __bool__(self) -> bool:
        """True if there are no errors."""
        return not self.errors


def parse_form(schema: ma.Schema) -> tuple[Any, Form]:
    """Return the submitted data as the schema loads them (None if they are invalid), and the form to show again."""
    form = Form(_close_gaps(schema, request.form))
    try:
        return word_for_pages(schema).load(nest(schema, form.values)), form
    except ma.ValidationError as error:
        return None, form.add_errors(messages_by_path(error.normalized_messages()))


def load_form(schema: ma.Schema) -> Any:
    """Return the submitted data as the schema loads them. Raises Invalid."""
    found, form = parse_form(schema)
    if not form:
        raise Invalid(form.errors)
    return found


def nest(schema: ma.Schema, values: MultiDict[str, str], prefix: str = "") -> dict[str, Any]:
    """Return submitted values in the shape of JSON. An empty field is null if the schema allows that, and otherwise
    left out; so is a row of a list in which nothing was filled in.
    """
    found: dict[str, Any] = {}
    for name, field in schema.fields.items():
        value = _value(field, values, f"{prefix}{field.data_key or name}")
        if value is not ma.missing:
            found[field.data_key or name] = value
    return found


def reject_cross_site() -> None:
    """Reject a form that another site sent (CSRF). Browsers send the kind of origin (Fetch Metadata, `Sec-Fetch-Site`).
    Older ones send the origin, or `null` if the URL holds a token; a request with `null` may carry no cookies. Raises
    Forbidden.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    known = site in SAME_SITE if site else origin == runtime.settings().public_url
    if known or (not site and origin == "null" and not request.cookies):
        return
    raise Forbidden(gettext("This form was sent by another site. Please open the page here, and send it again."))


def _value(field: Any, values: MultiDict[str, str], name: str) -> Any:
    if isinstance(field, ma.fields.Nested):
        inner = nest(field.schema, values, f"{name}.")
        return inner if any(key.startswith(f"{name}.") for key in values) else _nothing(field)
    if isinstance(field, ma.fields.List) and isinstance(field.inner, ma.fields.Nested):
        return [row for _index, row in _rows(field, values, name)]
    if isinstance(field, ma.fields.List):
        return [text for text in values.getlist(name) if text]
    if isinstance(field, ma.fields.Mapping):
        return dict(_members(values, f"{name}."))
    if isinstance(field, ma.fields.Boolean):
        return name in values and values[name] not in ("", "false", "0")
    text = values.get(name, "").replace("\r\n", "\n")
    return text if text.strip() else _nothing(field)


def _rows(field: Any, values: MultiDict[str, str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a list in which something was filled in, with the numbers that they were sent with."""
    for index in sorted(set(_indexes(values, f"{name}."))):
        row = nest(field.inner.schema, values, f"{name}.{index}.")
        if any(value not in (None, "", False, [], {}) for value in row.values()):
            yield index, row


def _close_gaps(schema: ma.Schema, values: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the values with rows of lists renumbered as the schema counts them, so that errors are shown at their
    rows.
    """
    for name, field in schema.fields.items():
        if isinstance(field, ma.fields.List) and isinstance(field.inner, ma.fields.Nested):
            path = f"{field.data_key or name}."
            places = {str(index): place for place, (index, _row) in enumerate(_rows(field, values, path[:-1]))}
            values = MultiDict(_renumber(values, path, places))
    return values


def _renumber(values: MultiDict[str, str], path: str, places: dict[str, int]) -> Iterator[tuple[str, str]]:
    for key, text in values.items(multi=True):
        index, _, rest = key.removeprefix(path).partition(".")
        if not key.startswith(path) or not index.isdecimal():
            yield key, text
        elif index in places:
            yield f"{path}{places[index]}.{rest}", text


def _nothing(field: Any) -> Any:
    return None if field.allow_none else ma.missing


def _indexes(values: MultiDict[str, str], prefix: str) -> Iterator[int]:
    for key in values:
        index = key.removeprefix(prefix).split(".")[0]
        if key.startswith(prefix) and index.isdecimal() and len(index) <= MAX_INDEX_DIGITS:
            yield int(index)


def _members(values: MultiDict[str, str], prefix: str) -> Iterator[tuple[str, Any]]:
    """`answers.topics` sent twice, or as `answers.topics[]`, is a list."""
    for key, texts in values.lists():
        if key.startswith(prefix):
            name, found = key.removeprefix(prefix), [text for text in texts if text.strip()]
            if name.endswith("[]"):
                yield name.removesuffix("[]"), found
            elif found:
                yield name, found[0].replace("\r\n", "\n")


def _flatten(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flatten(inner, f"{name}.{index}" if isinstance(inner, Mapping) else name)
    elif value is True:
        yield name, "true"
    elif value is not None and value is not False:
        yield name, str(value)


def form_error_status(error: DomainError) -> int:
    """Return the status of a page that shows a form again after an error; `respond` adds `Retry-After`."""
    if isinstance(error, TooMany):
        g.retry_after = error.seconds
    return error.status
