"""Sign-in of learners by a link in an email, over the API."""

from typing import Any

from shared import runtime, signed_links
from tests.registration.registration import V1, Registration


def ask(registration: Registration, email: str, **headers: str) -> Any:
    return registration.client.post(f"{V1}/learners/sign-in", json={"email": email}, headers=headers)


def token(registration: Registration) -> str:
    """The token in the mail that was asked for last."""
    id = registration.value("SELECT id FROM sign_ins ORDER BY id DESC")
    return signed_links.sign(runtime.settings(), "sign-in", str(id))


def sign_in(registration: Registration, given: str) -> Any:
    return registration.client.post(f"{V1}/learners/session", json={"token": given})
