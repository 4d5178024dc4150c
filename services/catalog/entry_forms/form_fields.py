"""Form fields, and those that the forms of several kinds share."""

from dataclasses import dataclass

from services.catalog.taxonomy.vocabularies import VOCABULARIES

ROLES = ("organizer", "partner", "facilitator", "funder")
MARKDOWN = "Markdown: **bold**, *italic*, lists, links. No HTML."
ZONE = "Such as America/Chicago. The times are those of its clocks."
SLUG = "Small letters, digits and hyphens. Left empty, it is made from the name; an old one leads to the new one."
EDTF = "2017-23 is fall 2017 (21 spring, 22 summer, 23 fall, 24 winter), 2017-06 is June 2017, 2018? is possibly 2018."


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field. `input` is its widget, `options` names a list of `choices.py` or lists the options itself, and `rows`
    are the fields of each row of a list.
    """

    name: str
    label: str
    hint: str = ""
    input: str = "line"
    options: str | tuple[tuple[str, str], ...] = ()
    rows: tuple["FormField", ...] = ()

    @property
    def sent(self) -> str:
        """The name in the submitted form; a list within a mapping is marked with `[]`."""
        return f"{self.name}[]" if self.name.startswith("terms.") else self.name


@dataclass(frozen=True, kw_only=True)
class FieldGroup:
    """Fields that belong together."""

    title: str
    fields: tuple[FormField, ...]
    hint: str = ""


def named_options(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name.capitalize()) for name in names)


def leading_fields(member: str, label: str) -> tuple[FormField, ...]:
    return (
        FormField(name=member, label=label),
        FormField(name="slug", label="Address", hint=SLUG),
    )


def text_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            name="summary", label="Summary", hint="One or two sentences, for lists and search results.", input="area"
        ),
        FormField(name="description", label="Description", hint=MARKDOWN, input="markdown"),
    )


ORGANIZATION = FormField(name="organization", label="Organization", input="choice", options="organization")
INVOLVED = (ORGANIZATION, FormField(name="role", label="Role", input="choice", options=named_options(*ROLES)))
WHEN = FormField(name="when", label="When", hint=EDTF, input="edtf")
TERMS = FieldGroup(
    title="Subjects",
    hint="By these, people find it.",
    fields=tuple(
        FormField(name=f"terms.{name}", label=name.replace("_", " ").capitalize(), input="checks", options=name)
        for name in VOCABULARIES
    ),
)
