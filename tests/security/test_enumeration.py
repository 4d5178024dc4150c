"""Nobody learns who is known here, neither by what is answered nor by what it costs.

Times are too noisy to be held against each other in a test: what is compared is the work, as the statements that the
database is sent, one by one and in order. Where these are the same, so is the way through our code between them. Who
would measure what is left (a row that is written for good or not) has five tries an hour for an address.
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import Cursor

from services.notifications.suppressions.domain import suppress
from tests.notifications.desk import Desk
from tests.registration.registration import Registration
from tests.security.houses import House
from tests.security.routes import SITE

LIBRARY = {"name": "Springfield", "type": "public"}
OWN = {"Sec-Fetch-Site": "same-origin"}


class Watched(Cursor[Any]):
    """A cursor that writes down what it is asked."""

    asked: list[str]

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.asked.append(" ".join(str(query).split()))
        return super().execute(query, *args, **kwargs)


def work_of(conn: psycopg.Connection[Any], act: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What is answered, and the statements that led there."""
    asked: list[str] = []
    conn.cursor_factory = type("Noting", (Watched,), {"asked": asked})
    answer = act()
    conn.cursor_factory = Cursor
    assert asked
    return (answer.status_code, answer.data, answer.headers.get("Location"), sorted(answer.headers.keys())), asked


def ask_by_program(house: House, path: str, email: str) -> Callable[[], Any]:
    return lambda: house.client.post(path, json={"email": email}, base_url=SITE)


def ask_by_page(house: House, path: str, email: str) -> Callable[[], Any]:
    return lambda: house.client.post(path, data={"email": email}, headers=OWN, base_url=SITE)


@pytest.mark.covers("API2:2023", "ASVS 6.3.8")
@pytest.mark.parametrize(
    ("ask", "path"),
    [(ask_by_program, "/registration/v1/learners/sign-in"), (ask_by_page, "/registration/sign-in")],
)
def test_asking_to_sign_in_costs_the_same_whoever_is_meant(
    registration: Registration, registering: House, ask: Any, path: str
) -> None:
    registration.hold("first")
    for email in ("known@x.org", "erased@x.org"):
        registration.register(email, "first")
    registration.client.delete("/registration/v1/people/erased@x.org", headers=registration.staff)
    work_of(registering.conn, ask(registering, path, "warm@x.org"))  # what is read once a process is read

    found = {
        email: work_of(registering.conn, ask(registering, path, email))
        for email in ("known@x.org", "unknown@x.org", "erased@x.org", "KNOWN@x.org ")
    }

    answer, statements = found.pop("known@x.org")
    assert answer[0] in (202, 303)
    assert found == dict.fromkeys(found, (answer, statements))
    assert registration.value("SELECT count(*) FROM sign_ins") == 2
    assert registration.events("sign-in") == ["sign-in.requested"] * 2


@pytest.mark.covers("API2:2023", "ASVS 6.3.8")
@pytest.mark.parametrize(
    ("ask", "path"), [(ask_by_program, "/notifications/v1/subscriptions"), (ask_by_page, "/notifications/newsletter")]
)
def test_signing_up_costs_the_same_whoever_is_meant(desk: Desk, notifying: House, ask: Any, path: str) -> None:
    desk.subscribe("reads@x.org")
    desk.leave(desk.subscribe("left@x.org"))
    suppress(notifying.conn, "bounced@x.org", reason="bounce", detail="5.1.1")
    suppress(notifying.conn, "complained@x.org", reason="complaint", detail="")
    work_of(notifying.conn, ask(notifying, path, "warm@x.org"))

    found = {
        email: work_of(notifying.conn, ask(notifying, path, email))
        for email in ("unknown@x.org", "reads@x.org", "left@x.org", "bounced@x.org", "complained@x.org")
    }

    answer, statements = found.pop("unknown@x.org")
    assert answer[0] in (202, 303)
    assert found == dict.fromkeys(found, (answer, statements))


@pytest.mark.covers("API2:2023", "ASVS 6.3.8")
def test_registering_tells_nothing_of_what_else_somebody_does_here(
    registration: Registration, registering: House
) -> None:
    """That somebody has this seat already is told (docs/registration.md), and not which it is, nor how it stands."""
    registration.hold("first")
    registration.hold("second")
    registration.register("known@x.org", "first")

    def register(email: str) -> Callable[[], Any]:
        return lambda: registration.register(email, "second")

    work_of(registering.conn, register("warm@x.org"))
    known, unknown = (work_of(registering.conn, register(email)) for email in ("known@x.org", "unknown@x.org"))

    assert known[1] == unknown[1]
    assert (known[0][0], known[0][3]) == (unknown[0][0], unknown[0][3]) == (201, unknown[0][3])
    twice = registration.register("known@x.org", "second").json
    assert twice == {"session": "second", "advice": None}


@pytest.mark.covers("API2:2023", "ASVS 6.3.8")
def test_a_refusal_for_too_many_tells_nothing_either(registration: Registration, registering: House) -> None:
    registration.hold("first")
    registration.register("known@x.org", "first")
    path = "/registration/v1/learners/sign-in"
    for _ in range(5):
        for email in ("known@x.org", "unknown@x.org"):
            ask_by_program(registering, path, email)()

    known, unknown = (
        work_of(registering.conn, ask_by_program(registering, path, email))
        for email in ("known@x.org", "unknown@x.org")
    )

    assert known[0][0] == 429
    assert (known[0][0], known[0][2:], known[1]) == (unknown[0][0], unknown[0][2:], unknown[1])
