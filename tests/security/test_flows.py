"""What people would gain by trying it often, at once, or in somebody else's name."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from services.registration.app import SERVICE
from services.registration.certificates.jobs import issue_certificates
from services.registration.settings import RegistrationSettings
from shared import runtime, signed_links
from shared.events.catalog import SessionUpdated
from tests.registration.registration import Registration
from tests.registration.samples import AFTER, make_series, make_session
from tests.registration.test_concurrency import hear
from tests.security.houses import House
from tests.security.linked import ADA, EVE, signed_in
from tests.security.routes import SITE
from tests.servers.engines import Engines
from tests.web_client import make_client

# One address, as people and programs write it (`shared.email_addresses.fold_email`).
SPELLINGS = ("ada@x.org", "Ada@X.org", " ada@x.org ", "ADA@X.ORG", "ａｄａ@x.org", "ada@ｘ.org")
# What looks like it and is another's: after a plus sign there is another mailbox.
OTHERS = ("ada+1@x.org", "a.da@x.org", "ada@x.org.evil.example")
# Another script is another name, and none that mail can be sent to.
REFUSED = ("аda@x.org", "adа@x.org")
HEARTBEAT = {"duration_seconds": 5400}


@pytest.fixture
def committing(engines: Engines, fresh_database: str) -> Iterator[Flask]:
    """Registration where everything commits, on many connections."""
    settings = RegistrationSettings(
        environment="development",
        database_url=engines.database_url(fresh_database, "registration"),
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url=SITE,
        jwks=str(engines.secrets / "jwks.json"),
        links_key_file=engines.secrets / "links-key",
        badge_key_file=engines.secrets / "badge-key",
    )
    present = runtime.build("registration", settings, "test", pool_size=16)
    present.database.open()
    with runtime.use(present):
        yield SERVICE.create_app(present)
    present.database.close()


@pytest.mark.covers("API6:2023", "ASVS 2.3.4", "ASVS 15.4.2")
def test_fifty_forms_of_one_person_at_once_are_one_registration(committing: Flask) -> None:
    """However the address is written, and each under a key of its own."""
    hear(SessionUpdated(session=make_session(capacity=60, starts_at=datetime.now(UTC) + timedelta(days=7))))
    start = Barrier(50)

    def register(number: int) -> tuple[int, str]:
        body = {"session": "world-cafe", "email": SPELLINGS[number % len(SPELLINGS)], "name": "Ada",
                "library": {"name": "X", "type": "public"}}  # fmt: skip
        start.wait()
        answer = make_client(committing).post(
            "/registration/v1/registrations", json=body, headers={"Idempotency-Key": f"key-number-{number}"}
        )
        return answer.status_code, (answer.json or {}).get("id", "")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(register, range(50)))

    assert Counter(status for status, _ in answers) == {201: 1, 200: 49}
    # Who made it is told which it is; of what stands nobody is.
    assert len({id for status, id in answers if status == 201}) == 1
    assert {id for status, id in answers if status == 200} == {""}
    with runtime.connection() as conn:
        assert conn.execute("SELECT taken, waitlisted FROM seats").fetchall() == [(1, 0)]
        assert conn.execute("SELECT count(*) FROM outbox WHERE type = 'registration.registration.confirmed'").fetchall() == [(1,)]  # fmt: skip  # noqa: E501


@pytest.mark.covers("API6:2023")
def test_one_address_is_one_person_however_it_is_written(registration: Registration) -> None:
    registration.hold()
    first = registration.register(ADA)

    assert {registration.register(email).status_code for email in SPELLINGS} == {200}
    assert {registration.register(email).status_code for email in REFUSED} == {422}
    others = [registration.register(email).json["id"] for email in OTHERS]
    assert len({*others, first.json["id"]}) == len(OTHERS) + 1


@pytest.mark.covers("API6:2023", "ASVS 2.3.1")
def test_giving_up_and_coming_again_leads_to_the_end_of_the_line(registration: Registration) -> None:
    registration.hold(capacity=1)
    made = {email: registration.register(email) for email in (ADA, "b@x.org", "c@x.org", "d@x.org")}

    for _ in range(5):
        registration.client.delete(registration.link(made["b@x.org"]))
        made["b@x.org"] = registration.register("b@x.org")
    registration.client.delete(registration.link(made[ADA]))
    made[ADA] = registration.register(ADA)

    assert [(email, registration.status(made[email])) for email in ("c@x.org", "d@x.org", "b@x.org", ADA)] == [
        ("c@x.org", ("confirmed", None)),
        ("d@x.org", ("waitlisted", 1)),
        ("b@x.org", ("waitlisted", 2)),
        (ADA, ("waitlisted", 3)),
    ]


@pytest.mark.covers("API1:2023", "API6:2023", "ASVS 8.2.2")
def test_a_form_in_somebodys_name_changes_nothing_of_who_they_are(registration: Registration) -> None:
    """Whoever sends a form has not shown that the address is theirs: what is known of its owner stays."""
    registration.hold("first")
    registration.hold("second")
    registration.hold("third")
    made = registration.register(ADA, "first", name="Ada Lovelace", job_title="Librarian")
    library = {"name": "Y", "type": "other"}

    registration.register(ADA, "second", name="Rude Words", job_title="Clown", library=library)
    registration.client.post(
        "/registration/v1/group-registrations",
        json={"session": "third", "registrar": {"email": EVE, "name": "Eve"}, "library": library,
              "people": [{"email": ADA, "name": "Rude Words"}]}, headers=registration.staff,
    )  # fmt: skip
    registration.register("Ada@x.org", "first", name="Rude Words", library=library)

    assert registration.value("SELECT name FROM people WHERE email = %s", ADA) == "Ada Lovelace"
    first = registration.client.get(registration.link(made)).json
    assert first
    assert (first["name"], first["job_title"], first["library"]["name"]) == (
        "Ada Lovelace", "Librarian", "Springfield Public Library",
    )  # fmt: skip


@pytest.mark.covers("API6:2023", "ASVS 2.3.1")
def test_nothing_is_earned_by_asking_for_it(registration: Registration) -> None:
    """Who did not take part gets no certificate and no invitation; nor is there a way to say that one did."""
    first, second = registration.hold("first"), registration.hold("second")
    workshop = registration.hold("workshop", policy="invitation")
    registration.know_series(make_series([first.id, second.id], invites_to=workshop.id))
    for slug in ("first", "second"):
        registration.register(ADA, slug)
    registration.set_time(AFTER)
    registration.attend((ADA, 80), slug="first")
    with runtime.share_connection(registration.conn):
        issue_certificates()

    asked = registration.register(ADA, "workshop", invitation="x")
    certificates = registration.value("SELECT count(*) FROM certificates WHERE kind = 'completion'")
    assert (asked.status_code, asked.json["type"]) == (403, "urn:convene:problem:invitation-required")
    assert (certificates, registration.value("SELECT count(*) FROM invitations")) == (0, 0)
    for path in ("certificates", "invitations", "completions", "views", "attendance"):
        assert registration.client.post(f"/registration/v1/{path}", json={"email": ADA}).status_code in (404, 405)


@pytest.mark.covers("API1:2023", "API6:2023", "ASVS 2.3.2")
def test_nobody_watches_for_somebody_else_nor_faster_than_it_plays(
    registration: Registration, registering: House
) -> None:
    session = registration.hold("first")
    registration.know_recording(session, seconds=5400)
    for email in (ADA, EVE):
        registration.register(email, "first")
    people = {email: str(registration.value("SELECT id FROM people WHERE email = %s", email)) for email in (ADA, EVE)}
    registration.set_time(AFTER)
    path, eve = "/registration/v1/sessions/first/views", signed_in(registering, {"person": people[EVE]})

    def beat(position: int, client: Any = eve, **more: Any) -> Any:
        return client.post(path, json={"position_seconds": position, **HEARTBEAT, **more}, base_url=SITE)

    refused = [beat(60, person_id=people[ADA]), beat(60, email=ADA), beat(60, client=registering.client)]
    rushed = [beat(position).json["watched_seconds"] for position in range(0, 5400, 54)]

    assert [answer.status_code for answer in refused] == [422, 422, 401]
    assert set(rushed) == {0}
    assert registration.value("SELECT count(*) FROM views WHERE person_id = %s", people[ADA]) == 0
    assert registration.value("SELECT count(*) FROM views WHERE viewed_at IS NOT NULL") == 0


@pytest.mark.covers("API6:2023", "ASVS 2.3.1")
def test_a_link_to_join_is_no_proof(registration: Registration, registering: House) -> None:
    registration.hold("first", join_url="https://meet.example.org/room")
    made = registration.register(ADA, "first")
    token = signed_links.sign(registering.present.settings, "join", made.json["id"])
    own = {"Sec-Fetch-Site": "same-origin"}

    for moment in ("2017-01-10T12:01:00-06:00", "2017-04-06T13:10:00-05:00"):
        registration.set_time(moment)
        joined = registration.client.get(f"/registration/v1/join?token={token}")
        entered = registration.client.post(f"/registration/join?token={token}", headers=own)
        assert (joined.status_code, entered.location) == (302, "https://meet.example.org/room")
    assert registration.value("SELECT count(*) FROM attendance") == 0
    assert registration.events("attendance", "series", "certificate") == []
