"""Who a request comes from, where it is a learner's: who is signed in. The link in a mail opens what it was made for,
and nothing here.
"""

from uuid import UUID

from flask import Response, request

from services.registration.learners import queries
from services.registration.learners.domain import SESSION_DAYS
from services.registration.people import queries as people
from shared import runtime
from shared.errors import Unauthorized
from shared.runtime import connection

COOKIE = "convene_learner"
PATH = "/registration"
# For what cannot be undone, somebody has signed in within so many minutes.
FRESH_MINUTES = 15


def learner() -> UUID:
    """Who is signed in in this browser. Raises Unauthorized."""
    if found := signed_in():
        return found
    raise Unauthorized("Please sign in. We will email you a link.")


def signed_in() -> UUID | None:
    """Who is signed in in this browser."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    with connection() as conn:
        return queries.select_session_person(conn, cookie)


def is_signed_in_as(email: str) -> bool:
    """Whether who is signed in in this browser has this folded address."""
    person_id = signed_in()
    if person_id is None:
        return False
    with connection() as conn:
        person = people.select_many(conn, [person_id]).get(person_id)
    return person is not None and person.email == email


def check_fresh() -> None:
    """Let on who has signed in within the last minutes. Raises Unauthorized (sign-in-again)."""
    with connection() as conn:
        minutes = queries.select_session_minutes(conn, request.cookies.get(COOKIE, ""), days=SESSION_DAYS)
    if minutes is None or minutes > FRESH_MINUTES:
        raise Unauthorized(
            f"This cannot be undone: sign in again first. It is possible for {FRESH_MINUTES} minutes after that.",
            problem="sign-in-again",
        )


def set_cookie(response: Response, token: str) -> None:
    """Let the browser, and no script in it, hold the session (RFC 6265bis)."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_DAYS * 86_400,
        path=PATH,
        secure=runtime.settings().https,
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Lax")
