"""The code that another site pastes."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape


def attributes_of(wanted: Mapping[str, Any]) -> dict[str, str]:
    """The element's attributes for these choices, by the names of the API's parameters; what was not chosen is left
    out.
    """
    return {
        name.replace("_", "-"): " ".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for name, value in ((name, _text(value)) for name, value in wanted.items())
        if value
    }


def write_element(attributes: Mapping[str, str]) -> Markup:
    """The element in HTML, whatever people typed into its attributes."""
    written = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())
    return Markup("<convene-sessions{}></convene-sessions>").format(written)


def write_code(attributes: Mapping[str, str], *, script: str) -> str:
    """What is pasted into a page: the script, and the element where the sessions are to be."""
    return f'<script src="{escape(script)}" async></script>\n{write_element(attributes)}'


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value) if isinstance(value, int) else value
