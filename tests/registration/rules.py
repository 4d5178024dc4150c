"""The rules of a session, and questions of its form."""

from typing import Any

from tests.registration.registration import V1, Registration
from tests.web_client import WebResponse

QUESTIONS = [
    {"key": "experience", "label": "Have you led a dialogue before?", "kind": "text", "required": True},
    {"key": "lunch", "label": "Lunch", "kind": "choice", "options": ["Meat", "Vegan"], "required": False},
    {"key": "days", "label": "Days", "kind": "several", "options": ["One", "Two", "Three"], "required": False},
]


def set_rules(registration: Registration, slug: str = "world-cafe", **rules: Any) -> Any:
    response = put_rules(registration, rules, slug=slug)
    assert response.status_code == 200, response.text
    return response.json


def put_rules(registration: Registration, rules: Any, *, slug: str = "world-cafe") -> WebResponse:
    """Set them from the version that was just read."""
    path = f"{V1}/sessions/{slug}/rules"
    read = registration.client.get(path, headers=registration.staff)
    return registration.client.put(path, json=rules, headers={**registration.staff, "If-Match": read.headers["ETag"]})
