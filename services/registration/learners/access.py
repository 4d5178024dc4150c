"""Who a request comes from, where it is a learner's: by the link in a mail, or signed in."""

from uuid import UUID

from flask import Response, request

from services.registration.learners import queries
from services.registration.learners.domain import SESSION_DAYS
from services.registration.people import queries as people
from shared import links, runtime
from shared.errors import Unauthorized
from shared.runtime import connection

COOKIE = "convene_learner"
PATH = "/registration"


def learner(token: str | None = None) -> UUID:
    """The person whom a learner's token from a mail names, or who is signed in. Raises Unauthorized."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = token or (bearer if scheme.lower() == "bearer" else "")
    if given and (person := links.verify(runtime.settings(), "learner", given)):
        return UUID(person)
    if found := signed_in():
        return found
    raise Unauthorized("Sign in, or use the link from a mail.")


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
