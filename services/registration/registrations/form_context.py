"""What pages about registering show: whom for, with which questions, and what is known of the reader already."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from services.registration.learners import access
from services.registration.libraries import regions
from services.registration.libraries.schemas import SIZES, TYPES
from services.registration.people import queries as people
from services.registration.seats import queries
from services.registration.seats.queries import Registration
from shared.http.forms import Form

TYPE_LABELS = {
    "academic": "Academic or research library",
    "public": "Public library",
    "rural": "Rural library",
    "school": "School library",
    "special": "Special library",
    "other": "Another kind of library, or none",
}
SIZE_LABELS = {
    "small": "Small: fewer than 25,000 people",
    "mid-sized": "Mid-sized: 25,000 to 100,000 people",
    "large": "Large: 100,000 people or more",
    "urban": "Urban: a city of 100,000 people or more",
    "rural": "Rural",
}
# By the names of the fields, for the list of what is wrong, in the order of the forms.
TITLES = {
    "registrar.name": "Your name",
    "registrar.email": "Your email",
    "name": "Name",
    "email": "Email",
    "library.name": "Library",
    "library.type": "Library type",
    "library.state": "State or province",
    "people": "Colleagues",
}


# By group, for a list to choose from; a territory or province is found by its name.
STATE_GROUPS = [(group, [(code, name) for code, name, _ in places]) for group, places in regions.GROUPS.items()]


def choices() -> dict[str, Any]:
    """The options of the fields that every form has."""
    return {
        "types": [(value, TYPE_LABELS[value]) for value in TYPES],
        "sizes": [(value, SIZE_LABELS[value]) for value in SIZES],
        "states": STATE_GROUPS,
    }


def titles(questions: list[dict[str, Any]], *, rows: int = 0) -> dict[str, str]:
    """What the fields are called, those of the questions and of colleagues' rows included."""
    asked = {f"answers.{question['key']}": question["label"] for question in questions}
    of_rows = {
        f"people.{row}.{name}": f"Colleague {row + 1}, {title[0].lower()}{title[1:]}"
        for row in range(rows)
        for name, title in {"name": "Name", "email": "Email", **asked}.items()
    }
    return {**TITLES, **asked, **of_rows}


def known(conn: Connection, **further: str) -> Form:
    """A form that holds what whoever is signed in said of themselves the last time."""
    person_id = access.signed_in()
    person = people.select_many(conn, [person_id]).get(person_id) if person_id else None
    if not person:
        return Form.of(further)
    latest = queries.select_latest_details(conn, person.id)
    said = {"job_title": latest.job_title, "library": latest.library} if latest else {}
    return Form.of({"name": person.name, "email": person.email, **said, **further})


def standing(conn: Connection, session_id: UUID, form: Form) -> Registration | None:
    """The registration of whoever is signed in, whom `known` has put into the form."""
    email = form.text("email")
    return queries.select_active(conn, session_id, email) if email else None


def said(registration: Registration, questions: list[dict[str, Any]]) -> Form:
    """A form that holds a registration, to be changed."""
    form = Form.of(
        {
            "name": registration.name,
            "job_title": registration.job_title,
            "library": registration.library,
            "accommodations": registration.accommodations,
        }
    )
    several = {question["key"] for question in questions if question["kind"] == "several"}
    for key, answer in registration.answers.items():
        name = f"answers.{key}[]" if key in several else f"answers.{key}"
        form.values.setlist(name, answer if isinstance(answer, list) else [answer])
    return form
