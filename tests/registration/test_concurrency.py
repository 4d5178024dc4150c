"""Many at once, on connections of their own, with real commits."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from services.registration.app import SERVICE
from services.registration.attendance import report_application
from services.registration.attendance_reports.report_reader import read_presences
from services.registration.registrations import domain as registrations
from services.registration.rules import domain as rules
from services.registration.rules.queries import DEFAULTS
from services.registration.seats.placement_queries import Applicant
from services.registration.settings import RegistrationSettings
from shared import runtime, signed_links
from shared.conflict_retry import retry_on_conflict
from shared.errors import Conflict
from shared.events.catalog import SeriesUpdated, Session, SessionUpdated
from shared.events.envelope import Event, load, wrap
from tests.registration.samples import make_series, make_session
from tests.servers.engines import Engines
from tests.waiting import eventually
from tests.web_client import make_client

LATER = datetime.now(UTC) + timedelta(days=7)
BODY = {"name": "Ada", "library": {"name": "Springfield", "type": "public"}}


@pytest.fixture
def present(engines: Engines, fresh_database: str) -> Iterator[runtime.Runtime]:
    settings = RegistrationSettings(
        environment="development",
        database_url=engines.database_url(fresh_database, "registration"),
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="https://learning.example.org",
        jwks=str(engines.secrets / "jwks.json"),
        links_key_file=engines.secrets / "links-key",
        badge_key_file=engines.secrets / "badge-key",
    )
    present = runtime.build("registration", settings, "test", pool_size=16)
    present.database.open()
    with runtime.use(present):
        yield present
    present.database.close()


@pytest.fixture
def app(present: runtime.Runtime) -> Flask:
    return SERVICE.create_app(present)


def hear(event: Event) -> None:
    with runtime.transaction() as conn:
        handle(conn, event)


def handle(conn: psycopg.Connection[Any], event: Event) -> None:
    data, envelope = load(wrap(event, time=datetime.now(UTC))[1])
    for handler in SERVICE.event_handlers()[envelope.type]:
        handler(conn, [(data, envelope)])


def rows(query: LiteralString) -> list[tuple[Any, ...]]:
    with runtime.connection() as conn:
        return conn.execute(query).fetchall()


def standing(email: str) -> str | None:
    """The registration that somebody has: of what stood, strangers are not told which it is."""
    with runtime.connection() as conn:
        row = conn.execute(
            "SELECT r.id FROM registrations AS r JOIN people AS p ON p.id = person_id"
            " WHERE email = %s AND status <> 'cancelled'",
            [email],
        ).fetchone()
    return str(row[0]) if row else None


def register(app: Flask, email: str) -> Any:
    body = {**BODY, "session": "world-cafe", "email": email}
    return make_client(app).post("/registration/v1/registrations", json=body)


def fold_ledger() -> int:
    """The seats taken by the ledger, which must be without gaps and agree with itself at each entry."""
    taken = 0
    for place, (entry, delta, taken_after) in enumerate(
        rows("SELECT entry, delta, taken_after FROM seat_ledger ORDER BY 1"), 1
    ):
        taken += delta
        assert (entry, taken_after) == (place, taken)
    return taken


@pytest.mark.promise("P3")
def test_sixty_four_clients_storm_one_session(app: Flask) -> None:
    """64 clients register, cancel, accept and register again at once, while seats are offered to the waiting list."""
    session = make_session(capacity=20, starts_at=LATER)
    hear(SessionUpdated(session=session))
    current, app_settings = runtime.current(), runtime.settings()
    with runtime.transaction() as conn:
        rules.replace(conn, "world-cafe", replace(DEFAULTS, offer_hours=1))
    clients = 64
    start = Barrier(clients)

    def storm(number: int) -> None:
        client = make_client(app)
        start.wait()
        for turn in range(4):
            email = f"p{(number * 7 + turn * 13) % 90}@x.org"
            made = client.post("/registration/v1/registrations", json={**BODY, "session": "world-cafe", "email": email})
            assert made.status_code in (200, 201), made.text
            id = made.json.get("id") or standing(email)
            if id is None:  # given up by another client meanwhile
                continue
            link = f"/registration/v1/registrations/{id}"
            token = signed_links.sign(app_settings, "registration", id)
            if turn % 2:
                assert client.post(f"{link}/accept?token={token}").status_code in (200, 409)
            if (number + turn) % 3 == 0:
                gone = client.delete(f"{link}?token={token}")
                assert gone.status_code == 200, gone.text

    def in_this_process(number: int) -> None:
        with runtime.use(current):
            storm(number)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(in_this_process, range(clients)))

    found = Counter(row[0] for row in rows("SELECT status FROM registrations"))
    [(taken, waitlisted)] = rows("SELECT taken, waitlisted FROM seats")
    assert (found["confirmed"] + found["offered"], found["waitlisted"]) == (taken, waitlisted)
    assert fold_ledger() == taken
    assert taken == 20 or waitlisted == 0
    order = rows("SELECT status = 'waitlisted' FROM registrations WHERE status <> 'cancelled' ORDER BY joined")
    assert [row[0] for row in order] == sorted(row[0] for row in order)  # nobody overtook
    assert (
        rows("SELECT count(*) FROM registrations WHERE status <> 'cancelled' GROUP BY person_id HAVING count(*) > 1")
        == []
    )
    told = rows("SELECT count(*) FROM outbox WHERE type LIKE 'registration.registration.%'")[0][0]
    assert told == rows("SELECT sum(revision) FROM registrations")[0][0]  # an event for each change, none twice


def test_forty_at_once_for_ten_seats_fill_them_and_wait_in_one_line(app: Flask) -> None:
    hear(SessionUpdated(session=make_session(capacity=10, starts_at=LATER)))

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: register(app, f"p{n % 40}@x.org"), range(60)))  # twenty of them twice

    assert Counter(one.status_code for one in made) == {201: 40, 200: 20}
    assert Counter(row[0] for row in rows("SELECT status FROM registrations")) == {"confirmed": 10, "waitlisted": 30}
    positions = rows("SELECT position FROM registration_details WHERE status = 'waitlisted' ORDER BY joined")
    assert [row[0] for row in positions] == list(range(1, 31))
    assert fold_ledger() == 10


@pytest.mark.promise("P3", "P4", "P5")
def test_registering_cancelling_and_changing_capacity_at_once_keeps_every_promise(app: Flask) -> None:
    session = make_session(capacity=5, starts_at=LATER)
    hear(SessionUpdated(session=session))

    def come_and_go(number: int) -> None:
        answer = register(app, f"p{number}@x.org")
        assert answer.status_code == 201, answer.text
        made = answer.json
        if number % 3 == 0:
            token = signed_links.sign(app_settings, "registration", made["id"])
            make_client(app).delete(f"/registration/v1/registrations/{made['id']}?token={token}")
        if number % 10 == 0:
            with runtime.use(current):
                hear(
                    SessionUpdated(
                        session=make_session(
                            id=session.id, revision=2 + number, capacity=5 + number // 10, starts_at=LATER
                        )
                    )
                )

    current, app_settings = runtime.current(), runtime.settings()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(come_and_go, range(60)))

    [(capacity, taken, waitlisted)] = rows("SELECT capacity, taken, waitlisted FROM seats")
    found = Counter(row[0] for row in rows("SELECT status FROM registrations"))
    assert (found["confirmed"], found["waitlisted"]) == (taken, waitlisted)
    assert fold_ledger() == taken
    assert taken == capacity or waitlisted == 0  # no seat is empty while somebody waits
    # Nobody overtook: who is seated came before who waits.
    order = rows("SELECT status FROM registrations WHERE status <> 'cancelled' ORDER BY joined")
    assert [row[0] for row in order] == sorted(row[0] for row in order)


def take_part(email: str) -> None:
    """Register as a request of its own, and accept that the session is cancelled."""
    applicant = Applicant(email=email, name="Ada", library={})
    with suppress(Conflict):
        retry_on_conflict(lambda conn: registrations.register(conn, slug="world-cafe", applicant=applicant))


def attended(slug: str, email: str = "ada@x.org") -> None:
    """Record that somebody was there, as a request of its own."""
    with runtime.transaction() as conn:
        report_application.apply_report(conn, slug, read_presences([{"email": email}]), least_minutes=20)


def held(app: Flask, number: int) -> list[Session]:
    """Sessions in the past, in which Ada has a seat."""
    sessions = [make_session(f"s{place}", id=uuid4(), starts_at=LATER) for place in range(number)]
    for session in sessions:
        hear(SessionUpdated(session=session))
        body = {**BODY, "session": session.slug, "email": "ada@x.org"}
        assert make_client(app).post("/registration/v1/registrations", json=body).status_code == 201
        past = datetime.now(UTC) - timedelta(days=1)
        hear(SessionUpdated(session=make_session(session.slug, id=session.id, revision=2, starts_at=past)))
    return sessions


def overlap(first: Callable[[], None], second: Callable[[], None]) -> None:
    """Let `second` go as far as it gets before `first` commits."""
    present = runtime.current()

    def run() -> None:
        with runtime.use(present):
            second()

    with ThreadPoolExecutor(1) as pool:
        with runtime.transaction():
            first()
            running = pool.submit(run)
            eventually(lambda: running.done() or rows("SELECT FROM pg_locks WHERE NOT granted"))
        running.result()


def test_things_seen_at_the_same_moment_complete_a_series_once(app: Flask) -> None:
    sessions = held(app, 4)
    hear(SeriesUpdated(series=make_series([session.id for session in sessions])))
    current = runtime.current()

    def attend(slug: str) -> None:
        with runtime.use(current):
            attended(slug)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attend, [session.slug for session in sessions]))

    assert rows("SELECT count(*) FROM completions") == [(1,)]


@pytest.mark.parametrize("series_first", [True, False])
def test_a_series_that_changes_while_somebody_is_seen_completes_for_them(app: Flask, series_first: bool) -> None:
    first, second = held(app, 2)
    series = make_series([first.id, uuid4()])
    hear(SeriesUpdated(series=series))
    attended(first.slug)
    grown = make_series([first.id, second.id], id=series.id, revision=2)
    acts = [lambda: hear(SeriesUpdated(series=grown)), lambda: attended(second.slug)]

    overlap(*(acts if series_first else reversed(acts)))

    assert rows("SELECT count(*) FROM completions") == [(1,)]


@pytest.mark.parametrize("workshop_first", [True, False])
def test_a_workshop_that_is_announced_while_somebody_completes_invites_them(app: Flask, workshop_first: bool) -> None:
    [first] = held(app, 1)
    workshop = make_session("workshop", policy="invitation", starts_at=LATER)
    hear(SeriesUpdated(series=make_series([first.id], invites_to=workshop.id)))
    acts = [lambda: hear(SessionUpdated(session=workshop)), lambda: attended(first.slug)]

    overlap(*(acts if workshop_first else reversed(acts)))

    assert rows("SELECT status FROM invitations") == [("issued",)]


def test_one_person_twice_at_the_same_moment_is_registered_once(app: Flask) -> None:
    hear(SessionUpdated(session=make_session(starts_at=LATER)))

    overlap(lambda: take_part("ada@x.org"), lambda: take_part("ada@x.org"))

    assert rows("SELECT status FROM registrations") == [("confirmed",)]
    assert rows("SELECT taken, joined FROM seats") == [(1, 1)]
    assert fold_ledger() == 1


@pytest.mark.promise("P6")
def test_one_request_sent_four_times_at_once_takes_effect_once(app: Flask) -> None:
    hear(SessionUpdated(session=make_session(starts_at=LATER)))
    body = {**BODY, "session": "world-cafe", "email": "ada@x.org"}

    def send(_: int) -> Any:
        headers = {"Idempotency-Key": "the-same-each-time"}
        return make_client(app).post("/registration/v1/registrations", json=body, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert rows("SELECT taken, joined FROM seats") == [(1, 1)]
    assert rows("SELECT count(*) FROM outbox WHERE type LIKE '%confirmed'") == [(1,)]


def test_who_registers_while_the_session_changes_is_judged_by_what_it_becomes(app: Flask) -> None:
    session = make_session(capacity=1, starts_at=LATER)
    hear(SessionUpdated(session=session))
    smaller = make_session(id=session.id, revision=2, capacity=0, starts_at=LATER)

    overlap(lambda: hear(SessionUpdated(session=smaller)), lambda: take_part("ada@x.org"))

    assert rows("SELECT status FROM registrations") == [("waitlisted",)]


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_nobody_gets_a_seat_in_a_session_that_is_being_cancelled(app: Flask, cancelled_first: bool) -> None:
    session = make_session(starts_at=LATER)
    hear(SessionUpdated(session=session))
    cancelled = make_session(id=session.id, revision=2, status="cancelled", starts_at=LATER)
    acts = [lambda: hear(SessionUpdated(session=cancelled)), lambda: take_part("ada@x.org")]

    overlap(*(acts if cancelled_first else reversed(acts)))

    assert rows("SELECT count(*) FROM registrations WHERE status <> 'cancelled'") == [(0,)]
    assert rows("SELECT taken FROM seats") == [(0,)]


def test_who_registers_while_they_are_erased_keeps_no_seat(app: Flask, staff_token: Callable[[str], str]) -> None:
    """The erasure waits for it, and starts again: a seat that nobody behind it can give up would be lost."""
    first, second = make_session("first", capacity=5, starts_at=LATER), make_session("second", starts_at=LATER)
    hear(SessionUpdated(session=first))
    hear(SessionUpdated(session=second))
    make_client(app).post("/registration/v1/registrations", json={**BODY, "session": "first", "email": "ada@x.org"})
    staff, current = {"Authorization": f"Bearer {staff_token('people:erase')}"}, runtime.current()
    ada = Applicant(email="ada@x.org", name="Ada", library={"name": "Springfield", "type": "public"})

    def erase(_number: int) -> int:
        with runtime.use(current):
            return make_client(app).delete("/registration/v1/people/ada@x.org", headers=staff).status_code

    with ThreadPoolExecutor(2) as pool:
        with runtime.transaction() as conn:
            registrations.register(conn, slug="second", applicant=ada)
            asked = pool.map(erase, range(2))
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"
            with psycopg.connect(runtime.settings().database_url, autocommit=True) as other:
                eventually(lambda: other.execute(waiting).fetchone() >= (2,))  # pyright: ignore[reportOptionalOperand]
        assert list(asked) == [202, 202]  # the second of them finds nobody, and lets other services look

    assert rows("SELECT count(*) FROM registrations WHERE status <> 'cancelled'") == [(0,)]
    assert rows("SELECT sum(taken)::int FROM seats") == [(0,)]
    assert rows("SELECT count(*) FROM erasures") == [(2,)]
    assert rows("SELECT document::text FROM outbox WHERE document::text LIKE '%Springfield%'") == []


def test_what_is_being_corrected_is_not_written_onto_the_erased(app: Flask, staff_token: Callable[[str], str]) -> None:
    """A correction that comes between finds that the person is gone; one that came before is erased with them."""
    hear(SessionUpdated(session=make_session(starts_at=LATER)))
    made = register(app, "ada@x.org").json["id"]
    staff = {"Authorization": f"Bearer {staff_token('people:erase registration:write')}"}
    current = runtime.current()

    def correct(number: int) -> int:
        with runtime.use(current):
            changes = {"name": f"Zebra {number}", "email": f"zebra{number}@x.org"}
            path = f"/registration/v1/registrations/{made}"
            return make_client(app).patch(path, json=changes, headers=staff).status_code

    def erase() -> int:
        with runtime.use(current):
            return make_client(app).delete("/registration/v1/people/ada@x.org", headers=staff).status_code

    with ThreadPoolExecutor(9) as pool:
        corrected = pool.map(correct, range(8))
        assert pool.submit(erase).result() == 202
        answers = list(corrected)

    assert set(answers) <= {200, 410}
    gone = rows("SELECT email FROM people WHERE erased_at IS NOT NULL AND name <> ''")
    assert gone == []
    if 410 in answers:
        assert rows("SELECT count(*) FROM people WHERE name LIKE 'Zebra%'") == [(0,)]
        assert rows("SELECT count(*) FROM former_addresses") == [(0,)]


def test_a_transaction_that_ends_a_deadlock_is_tried_again(
    engines: Engines, fresh_database: str, present: runtime.Runtime
) -> None:
    first, second = "SELECT pg_advisory_xact_lock(1)", "SELECT pg_advisory_xact_lock(2)"
    waiting = "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    attempts: list[int] = []
    with psycopg.connect(engines.database_url(fresh_database)) as rival, ThreadPoolExecutor(1) as beside:
        rival.execute(
            "SET deadlock_timeout = '1min'"
        )  # so that the other one finds the deadlock, and is the one to end
        rival.execute(second)

        def work(conn: psycopg.Connection[Any]) -> None:
            conn.execute(first)
            if not attempts:
                beside.submit(lambda: (rival.execute(first), rival.commit()))
                eventually(lambda: (conn.execute(waiting).fetchone() or [False])[0])
            attempts.append(1)
            conn.execute(second)

        retry_on_conflict(work)

    assert len(attempts) == 2
