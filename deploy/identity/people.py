"""The people one can sign in as, and their scopes."""

from dataclasses import dataclass

from deploy.token import SCOPES


@dataclass(frozen=True)
class Persona:
    """A member of staff whom the provider knows."""

    subject: str
    name: str
    role: str
    scope: str


PERSONAE = [
    Persona("staff@example.org", "Sam Staff", "May do everything", SCOPES),
    Persona("editor@example.org", "Edie Editor", "Edits and publishes the programme", "catalog:write"),
    Persona(
        "desk@example.org", "Dana Desk", "Runs sessions: registrants, check-in", "registration:read registration:write"
    ),
    Persona(
        "news@example.org", "Nia News", "Writes the newsletter, reads the log", "notifications:read notifications:write"
    ),
    Persona("operator@example.org", "Otto Operator", "Watches queues and the quarantine", "operations"),
]
