"""How the parts of a programme document stand in forms: for each kind its fields, by their paths in its schema."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.catalog.sessions.schemas import VOCABULARIES

ROLES = ("organizer", "partner", "facilitator", "funder")
MARKDOWN = "Markdown: **bold**, *italic*, lists, links. No HTML."
ZONE = "Such as America/Chicago. The times are those of its clocks."
SLUG = "Small letters, digits and hyphens. Left empty, it is made from the name; an old one leads to the new one."
EDTF = "2017-23 is fall 2017 (21 spring, 22 summer, 23 fall, 24 winter), 2017-06 is June 2017, 2018? is possibly 2018."


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `input` is how it is filled in; `options` names what it chooses of (see `choices.py`), or lists it;
    `rows` are the fields of each row of a list.
    """

    name: str
    label: str
    hint: str = ""
    input: str = "line"
    options: str | tuple[tuple[str, str], ...] = ()
    rows: tuple["Field", ...] = ()

    @property
    def sent(self) -> str:
        """The name it is sent under: what stands in a mapping says that it is a list."""
        return f"{self.name}[]" if self.name.startswith("terms.") else self.name


@dataclass(frozen=True, kw_only=True)
class Group:
    """Fields that belong together."""

    title: str
    fields: tuple[Field, ...]
    hint: str = ""


def _named(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name.capitalize()) for name in names)


def _lead(member: str, label: str) -> tuple[Field, ...]:
    return (
        Field(name=member, label=label),
        Field(name="slug", label="Address", hint=SLUG),
    )


def _described() -> tuple[Field, ...]:
    return (
        Field(
            name="summary", label="Summary", hint="One or two sentences, for lists and search results.", input="area"
        ),
        Field(name="description", label="Description", hint=MARKDOWN, input="markdown"),
    )


ORGANIZATION = Field(name="organization", label="Organization", input="choice", options="organization")
INVOLVED = (ORGANIZATION, Field(name="role", label="Role", input="choice", options=_named(*ROLES)))
WHEN = Field(name="when", label="When", hint=EDTF, input="edtf")
TERMS = Group(
    title="Subjects",
    hint="By these, people find it.",
    fields=tuple(
        Field(name=f"terms.{name}", label=name.replace("_", " ").capitalize(), input="checks", options=name)
        for name in VOCABULARIES
    ),
)

KINDS: dict[str, tuple[Group, ...]] = {
    "organization": (
        Group(
            title="Organization", fields=(*_lead("name", "Name"), Field(name="url", label="Its website", input="url"))
        ),
    ),
    "initiative": (
        Group(title="Initiative", fields=(*_lead("title", "Title"), *_described(), WHEN)),
        Group(title="Partners", fields=(Field(name="partners", label="Partners", input="rows", rows=INVOLVED),)),
        Group(
            title="Funding",
            fields=(
                Field(name="funding.funder", label="Funder", input="choice", options="organization"),
                Field(name="funding.program", label="Program"),
                Field(name="funding.grant", label="Grant number"),
                Field(name="funding.acknowledgement", label="Acknowledgement", input="area"),
            ),
        ),
        Group(
            title="Plan",
            fields=(
                Field(name="planned.webinar", label="Planned webinars", input="number"),
                Field(name="planned.workshop", label="Planned workshops", input="number"),
                Field(name="follows", label="Follows", hint="The address (slug) of the earlier initiative."),
            ),
        ),
    ),
    "series": (
        Group(title="Series", fields=(*_lead("title", "Title"), *_described(), WHEN)),
        Group(
            title="For whom",
            fields=(
                Field(name="audience.library_types", label="Library types", input="checks", options="library_type"),
                Field(
                    name="audience.community_sizes", label="Community sizes", input="checks", options="community_size"
                ),
                Field(name="audience.note", label="In words"),
            ),
        ),
        Group(
            title="Completing it",
            hint="Leave all of it empty where nothing completes the series.",
            fields=(
                Field(name="completion.sessions", label="Sessions that count", input="checks", options="own_session"),
                Field(
                    name="completion.counts",
                    label="How they may be seen",
                    input="checks",
                    options=(("live", "Live"), ("recorded", "As a recording")),
                ),
                Field(name="completion.invites_to", label="Invites to", input="choice", options="session"),
            ),
        ),
    ),
    "session": (
        Group(
            title="Session",
            fields=(
                *_lead("title", "Title"),
                Field(name="format", label="Format", input="choice", options=_named("webinar", "workshop")),
                Field(name="series", label="Series", input="choice", options="series"),
                *_described(),
            ),
        ),
        Group(
            title="When",
            hint="Give either start, end and time zone, or an uncertain date.",
            fields=(
                Field(name="starts_at", label="Starts", input="moment"),
                Field(name="ends_at", label="Ends", input="moment"),
                Field(name="timezone", label="Time zone", hint=ZONE, input="zone"),
                Field(name="edtf", label="Uncertain date", hint=EDTF, input="edtf"),
            ),
        ),
        Group(
            title="Registration",
            fields=(
                Field(
                    name="registration.policy",
                    label="Who may register",
                    input="choice",
                    options=(("open", "Everybody"), ("invitation", "Who is invited")),
                ),
                Field(name="registration.opens_at", label="Opens", input="moment"),
                Field(name="registration.closes_at", label="Closes", hint="Empty: when it starts.", input="moment"),
                Field(name="registration.capacity", label="Seats", hint="Empty: as many as come.", input="number"),
            ),
        ),
        Group(
            title="Where",
            hint="Online, or at a place.",
            fields=(
                Field(name="online.platform", label="Platform", hint="Such as Zoom."),
                Field(
                    name="online.join_url",
                    label="Link to join",
                    hint="Never public: registrants get it by mail.",
                    input="url",
                ),
                Field(name="venue.name", label="Place"),
                Field(name="venue.address", label="Address of the place"),
                Field(name="venue.room", label="Room"),
            ),
        ),
        Group(
            title="People",
            fields=(
                Field(name="organizations", label="Organizations", input="rows", rows=INVOLVED),
                Field(
                    name="presenters",
                    label="Presenters",
                    input="rows",
                    rows=(
                        Field(name="name", label="Name"),
                        Field(name="title", label="Title"),
                        ORGANIZATION,
                        Field(name="bio", label="About them", input="area"),
                    ),
                ),
            ),
        ),
        Group(
            title="What one learns",
            fields=(
                Field(name="learning_outcomes", label="Learning outcomes", input="lines"),
                Field(name="who_should_attend", label="Who should attend", input="area"),
                Field(name="contact_hours", label="Contact hours", hint="Such as 1.5.", input="number"),
                Field(
                    name="materials",
                    label="Materials",
                    input="rows",
                    rows=(
                        Field(name="title", label="Title"),
                        Field(name="url", label="Link", input="url"),
                        Field(name="type", label="Type", hint="Such as slides."),
                    ),
                ),
            ),
        ),
        TERMS,
    ),
    "announcement": (
        Group(
            title="Announcement",
            fields=(
                *_lead("title", "Title"),
                Field(name="summary", label="Summary", hint="One or two sentences, for lists.", input="area"),
                Field(name="body", label="Text", hint=MARKDOWN, input="markdown"),
                Field(name="published_at", label="Date it bears", input="moment"),
                Field(name="timezone", label="Time zone", hint=ZONE, input="zone"),
            ),
        ),
        Group(
            title="About",
            fields=(Field(name="sessions", label="Sessions", input="checks", options="session"),),
        ),
        TERMS,
    ),
}


def fields_of(kind: str) -> Iterator[Field]:
    """All fields of a kind, in their order."""
    for group in KINDS[kind]:
        yield from group.fields


def locate(kind: str, path: str) -> tuple[str, str]:
    """Where what is wrong at a path stands in the form: the id of its element, and how people call it."""
    for field in fields_of(kind):
        rest = path.removeprefix(f"{field.name}.").split(".")
        if path == field.name:
            return path, field.label
        if path.startswith(f"{field.name}."):
            if field.input == "checks":
                return field.name, field.label
            inner = {one.name: one.label for one in field.rows}
            place = f"{field.label}, {int(rest[0]) + 1}" if rest[0].isdecimal() else field.label
            return path, f"{place}, {inner[rest[1]].lower()}" if len(rest) > 1 and rest[1] in inner else place
        if field.name.startswith(f"{path}."):
            return field.name, field.label
    return {"initiative": ("initiative", "Initiative")}.get(path, ("part", ""))
