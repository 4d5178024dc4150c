"""The code that another site pastes into a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape


def attributes_of(wanted: Mapping[str, Any]) -> dict[str, str]:
    """Return the element's attributes, named like the API's parameters; empty choices are left out."""
    return {
        name.replace("_", "-"): " ".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for name, value in ((name, _text(value)) for name, value in wanted.items())
        if value
    }


def write_element(attributes: Mapping[str, str]) -> Markup:
    """Return the element as HTML, with escaped attributes."""
    written = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())
    return Markup("<convene-sessions{}></convene-sessions>").format(written)


def write_code(attributes: Mapping[str, str], *, script: str) -> str:
    """Return the code to paste: the script, and the element where the sessions appear."""
    return f'<script src="{escape(script)}" async></script>\n{write_element(attributes)}'


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value) if isinstance(value, int) else value
