"""Nobody fills a mailbox or mails in bulk through us: mails are counted on every route by which anybody causes one."""

from typing import Any

import pytest

from shared.http.request_limits import MAILBOX_SECONDS, NETWORK_SECONDS
from tests.registration.learning_pages import BASE, sign_in
from tests.registration.registration import V1, Registration
from tests.usage import let_pass, use_up, use_up_network

LIBRARY = {"name": "Springfield Public Library", "type": "public"}
HERE = "127.0.0.0/24"


def form(email: str, **more: Any) -> dict[str, Any]:
    return {"email": email, "name": "Ada Lovelace", "library": LIBRARY, **more}


def register(registration: Registration, email: str, session: str = "world-cafe", **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return registration.client.post(f"{V1}/registrations", json=form(email, session=session), headers=sent)


def mails(registration: Registration) -> int:
    return len([type for type in registration.events("registration") if type.endswith(("confirmed", "waitlisted"))])


@pytest.mark.covers("API4:2023", "API6:2023", "ASVS 2.4.1")
@pytest.mark.parametrize(
    "written",
    ["target+{0}@inbox.example", "tar.get+{0}@gmail.com", "ta.rget+{0}@googlemail.com"],
)
def test_one_mailbox_gets_fifteen_mails_an_hour(registration: Registration, written: str) -> None:
    for number in range(20):
        registration.hold(f"session-{number}")
    answers = [register(registration, written.format(number), f"session-{number}") for number in range(20)]

    assert [one.status_code for one in answers] == [201] * 15 + [429] * 5
    assert 0 < int(answers[-1].headers["Retry-After"]) <= MAILBOX_SECONDS
    assert mails(registration) == 15
    let_pass(registration.conn, hours=1)
    assert register(registration, written.format(19), "session-19").status_code == 201


def test_a_mailbox_is_counted_whatever_network_asks(registration: Registration) -> None:
    for number in range(16):
        registration.hold(f"session-{number}")
    answers = [
        register(registration, f"target+{n}@x.org", f"session-{n}", X_Forwarded_For=f"198.51.{n}.1") for n in range(16)
    ]

    assert [one.status_code for one in answers] == [201] * 15 + [429]


def test_who_is_signed_in_is_not_counted_for_their_own_mailbox(registration: Registration) -> None:
    for number in range(17):
        registration.hold(f"session-{number}")
    register(registration, "ada@x.org", "session-0")
    sign_in(registration, "ada@x.org")
    answers = [
        registration.client.post(
            f"{V1}/registrations", json=form("ada@x.org", session=f"session-{number}"), base_url=BASE
        )
        for number in range(1, 17)
    ]

    assert {one.status_code for one in answers} == {201}
    use_up(registration.conn, "mailbox mails", "eve@x.org", most=15, seconds=MAILBOX_SECONDS, left=0)
    assert register(registration, "eve@x.org", "session-0").status_code == 429


ROUTES = {
    "alone": ("/registrations", form("p@x.org", session="world-cafe")),
    "series": ("/series/models-for-change/registrations", form("p@x.org")),
    "sign-in": ("/learners/sign-in", {"email": "p@x.org"}),
}
PAGES = {
    "alone": "/registration/sessions/world-cafe",
    "series": "/registration/series/models-for-change",
    "sign-in": "/registration/sign-in",
}
FIELDS = {"email": "p@x.org", "name": "Ada", "library.name": "Springfield", "library.type": "public"}


@pytest.fixture
def held(registration: Registration) -> Registration:
    registration.hold("world-cafe", series="models-for-change")
    return registration


@pytest.mark.covers("API4:2023", "API6:2023", "ASVS 2.4.1")
@pytest.mark.parametrize("name", ROUTES)
def test_a_network_that_caused_too_much_is_refused_and_loses_nothing(held: Registration, name: str) -> None:
    path, body = ROUTES[name]
    use_up_network(held.conn, HERE, left=0)
    key = {"Idempotency-Key": "the-same-key-again"}

    refused = held.client.post(V1 + path, json=body, headers=key)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= NETWORK_SECONDS
    assert held.conn.execute("SELECT count(*) FROM people").fetchone() == (0,)
    let_pass(held.conn, hours=1)
    assert held.client.post(V1 + path, json=body, headers=key).status_code in (201, 202)


@pytest.mark.parametrize("name", PAGES)
def test_a_form_that_is_refused_keeps_what_was_typed(held: Registration, name: str) -> None:
    use_up_network(held.conn, HERE, left=0)

    page = held.client.post(PAGES[name], data=FIELDS, headers={"Sec-Fetch-Site": "same-origin"}, base_url=BASE)

    assert page.status_code == 429
    assert "p@x.org" in page.text
    assert int(page.headers["Retry-After"]) > 0


def test_what_is_refused_for_another_reason_counts_nothing(held: Registration) -> None:
    use_up_network(held.conn, HERE, left=1)

    assert register(held, "p@x.org", "no-such-session").status_code == 404
    assert register(held, "p@x.org").status_code == 201
    assert register(held, "q@x.org").status_code == 429
