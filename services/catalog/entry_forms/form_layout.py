"""The form of each kind of entry: its fields in groups, named by their paths in the kind's schema."""

from collections.abc import Iterator

from services.catalog.entry_forms.form_fields import (
    EDTF,
    INVOLVED,
    MARKDOWN,
    ORGANIZATION,
    TERMS,
    WHEN,
    ZONE,
    FieldGroup,
    FormField,
    leading_fields,
    named_options,
    text_fields,
)

LAYOUTS: dict[str, tuple[FieldGroup, ...]] = {
    "organization": (
        FieldGroup(
            title="Organization",
            fields=(*leading_fields("name", "Name"), FormField(name="url", label="Its website", input="url")),
        ),
    ),
    "initiative": (
        FieldGroup(title="Initiative", fields=(*leading_fields("title", "Title"), *text_fields(), WHEN)),
        FieldGroup(
            title="Partners", fields=(FormField(name="partners", label="Partners", input="rows", rows=INVOLVED),)
        ),
        FieldGroup(
            title="Funding",
            fields=(
                FormField(name="funding.funder", label="Funder", input="choice", options="organization"),
                FormField(name="funding.program", label="Program"),
                FormField(name="funding.grant", label="Grant number"),
                FormField(name="funding.acknowledgement", label="Acknowledgement", input="area"),
            ),
        ),
        FieldGroup(
            title="Plan",
            fields=(
                FormField(name="planned.webinar", label="Planned webinars", input="number"),
                FormField(name="planned.workshop", label="Planned workshops", input="number"),
                FormField(name="follows", label="Follows", hint="The address (slug) of the earlier initiative."),
            ),
        ),
    ),
    "series": (
        FieldGroup(title="Series", fields=(*leading_fields("title", "Title"), *text_fields(), WHEN)),
        FieldGroup(
            title="For whom",
            fields=(
                FormField(name="audience.library_types", label="Library types", input="checks", options="library_type"),
                FormField(
                    name="audience.community_sizes", label="Community sizes", input="checks", options="community_size"
                ),
                FormField(name="audience.note", label="In words"),
            ),
        ),
        FieldGroup(
            title="Completing it",
            hint="Leave all of it empty where nothing completes the series.",
            fields=(
                FormField(
                    name="completion.sessions", label="Sessions that count", input="checks", options="own_session"
                ),
                FormField(
                    name="completion.counts",
                    label="How they may be seen",
                    input="checks",
                    options=(("live", "Live"), ("recorded", "As a recording")),
                ),
                FormField(name="completion.invites_to", label="Invites to", input="choice", options="session"),
            ),
        ),
    ),
    "session": (
        FieldGroup(
            title="Session",
            fields=(
                *leading_fields("title", "Title"),
                FormField(name="format", label="Format", input="choice", options=named_options("webinar", "workshop")),
                FormField(name="series", label="Series", input="choice", options="series"),
                *text_fields(),
            ),
        ),
        FieldGroup(
            title="When",
            hint="Give either start, end and time zone, or an uncertain date.",
            fields=(
                FormField(name="starts_at", label="Starts", input="moment"),
                FormField(name="ends_at", label="Ends", input="moment"),
                FormField(name="timezone", label="Time zone", hint=ZONE, input="zone"),
                FormField(name="edtf", label="Uncertain date", hint=EDTF, input="edtf"),
            ),
        ),
        FieldGroup(
            title="Registration",
            fields=(
                FormField(
                    name="registration.policy",
                    label="Who may register",
                    input="choice",
                    options=(("open", "Everybody"), ("invitation", "Who is invited")),
                ),
                FormField(name="registration.opens_at", label="Opens", input="moment"),
                FormField(name="registration.closes_at", label="Closes", hint="Empty: when it starts.", input="moment"),
                FormField(name="registration.capacity", label="Seats", hint="Empty: as many as come.", input="number"),
            ),
        ),
        FieldGroup(
            title="Where",
            hint="Online, or at a place.",
            fields=(
                FormField(name="online.platform", label="Platform", hint="Such as Zoom."),
                FormField(
                    name="online.join_url",
                    label="Link to join",
                    hint="Never public: registrants get it by email.",
                    input="url",
                ),
                FormField(name="venue.name", label="Place"),
                FormField(name="venue.address", label="Address of the place"),
                FormField(name="venue.room", label="Room"),
            ),
        ),
        FieldGroup(
            title="People",
            fields=(
                FormField(name="organizations", label="Organizations", input="rows", rows=INVOLVED),
                FormField(
                    name="presenters",
                    label="Presenters",
                    input="rows",
                    rows=(
                        FormField(name="name", label="Name"),
                        FormField(name="title", label="Title"),
                        ORGANIZATION,
                        FormField(name="bio", label="About them", input="area"),
                    ),
                ),
            ),
        ),
        FieldGroup(
            title="What one learns",
            fields=(
                FormField(name="learning_outcomes", label="Learning outcomes", input="lines"),
                FormField(name="who_should_attend", label="Who should attend", input="area"),
                FormField(name="contact_hours", label="Contact hours", hint="Such as 1.5.", input="number"),
                FormField(
                    name="materials",
                    label="Materials",
                    input="rows",
                    rows=(
                        FormField(name="title", label="Title"),
                        FormField(name="url", label="Link", input="url"),
                        FormField(name="type", label="Type", hint="Such as slides."),
                    ),
                ),
            ),
        ),
        TERMS,
    ),
    "announcement": (
        FieldGroup(
            title="Announcement",
            fields=(
                *leading_fields("title", "Title"),
                FormField(name="summary", label="Summary", hint="One or two sentences, for lists.", input="area"),
                FormField(name="body", label="Text", hint=MARKDOWN, input="markdown"),
                FormField(name="published_at", label="Date it bears", input="moment"),
                FormField(name="timezone", label="Time zone", hint=ZONE, input="zone"),
            ),
        ),
        FieldGroup(
            title="About",
            fields=(FormField(name="sessions", label="Sessions", input="checks", options="session"),),
        ),
        TERMS,
    ),
}


def fields_of(kind: str) -> Iterator[FormField]:
    """Iterate over all fields of a kind, in order."""
    for group in LAYOUTS[kind]:
        yield from group.fields


def locate(kind: str, path: str) -> tuple[str, str]:
    """Return where an error at a path is shown: the id of the form element, and its label."""
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
