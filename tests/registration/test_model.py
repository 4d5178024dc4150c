"""Seats held against a model of a few lines, over any sequence of what people, staff and the catalog do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from services.registration.availability.domain import find_disagreements
from services.registration.seats.jobs import pass_on_offers
from shared import runtime
from tests.hypothesis_settings import EVERY_HEALTH_CHECK
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.rules import set_rules
from tests.registration.samples import DAY

SLUGS = ("world-cafe", "introduction")
PEOPLE = st.sampled_from([f"{name}@x.org" for name in "abcdefg"])
SESSIONS = st.sampled_from(SLUGS)
START = datetime.fromisoformat(DAY).astimezone(UTC)


@dataclass
class Line:
    """The expected state of a session: seats, offers with their deadlines, and the waiting list, each in order."""

    capacity: int | None
    hours: int | None = None
    seated: list[str] = field(default_factory=list)
    offered: dict[str, datetime] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    closed: bool = False

    def status(self, email: str) -> str | None:
        if email in self.seated:
            return "confirmed"
        if email in self.offered:
            return "offered"
        return "waitlisted" if email in self.waiting else None

    @property
    def free(self) -> int:
        return 1_000 if self.capacity is None else max(self.capacity - len(self.seated) - len(self.offered), 0)

    def take(self, email: str, *, over: bool = False) -> None:
        if over or (self.free and not self.waiting):
            self.seated.append(email)
        else:
            self.waiting.append(email)

    def seat(self, email: str) -> None:
        if email in self.waiting:
            self.waiting.remove(email)
            self.seated.append(email)
        elif email in self.offered:
            del self.offered[email]
            self.seated.append(email)

    def leave(self, email: str, now: datetime) -> None:
        if email in self.seated:
            self.seated.remove(email)
        elif email in self.offered:
            del self.offered[email]
        else:
            self.waiting.remove(email)
        self.move_up(now)

    def move_up(self, now: datetime) -> None:
        while self.waiting and self.free and not self.closed:
            first = self.waiting.pop(0)
            if self.hours is None:
                self.seated.append(first)
            else:
                self.offered[first] = now + timedelta(hours=self.hours)


class Seats(RuleBasedStateMachine):
    """The requests of people and staff, and the catalog's news, one after the other."""

    registration: Registration

    def __init__(self) -> None:
        super().__init__()
        self.undo = self.registration.conn.transaction(force_rollback=True)
        self.undo.__enter__()
        self.now = START
        self.registration.set_time(DAY)
        self.lines = {slug: Line(capacity=2) for slug in SLUGS}
        self.ids = {slug: uuid4() for slug in SLUGS}
        self.revision = 1
        self.made: dict[tuple[str, str], str] = {}
        for slug in SLUGS:
            self.registration.hold(slug, id=self.ids[slug], capacity=2, series="large-urban-public")

    def teardown(self) -> None:
        self.undo.__exit__(None, None, None)

    @rule(email=PEOPLE, slug=SESSIONS)
    def register(self, email: str, slug: str) -> None:
        line = self.lines[slug]
        if line.closed and not line.status(email):
            assert self.registration.register(email, slug).status_code == 409
            return
        if not (stood := line.status(email)):
            line.take(email)
        answer = self.registration.register(email, slug)
        assert answer.status_code == (200 if stood else 201)
        if stood:
            assert set(answer.json) == {"session", "advice"}
        else:
            self._note(email, slug, answer.json)

    @rule(email=PEOPLE, slug=SESSIONS, over=st.booleans())
    def register_by_hand(self, email: str, slug: str, over: bool) -> None:
        if not self.lines[slug].status(email):
            self.lines[slug].take(email, over=over)
        elif over:
            self.lines[slug].seat(email)
        body = {"email": email, "name": "Ada", "library": LIBRARY, "over_capacity": over}
        self._note(email, slug, self._staff("post", f"sessions/{slug}/registrations", body))

    @rule(emails=st.lists(PEOPLE, min_size=1, max_size=4, unique=True), slug=SESSIONS)
    def register_group(self, emails: list[str], slug: str) -> None:
        if self.lines[slug].closed:
            return
        for email in emails:
            if not self.lines[slug].status(email):
                self.lines[slug].take(email)
        body = {
            "session": slug,
            "registrar": {"email": "boss@x.org", "name": "Boss"},
            "library": LIBRARY,
            "people": [{"email": email, "name": "Ada"} for email in emails],
        }
        answer = self.registration.client.post(f"{V1}/group-registrations", json=body, headers=self.registration.staff)
        for email, one in zip(emails, answer.json["items"], strict=True):
            self._note(email, slug, one)

    @rule(email=PEOPLE)
    def register_series(self, email: str) -> None:
        if any(line.closed for line in self.lines.values()):
            return
        new = {slug for slug, line in self.lines.items() if not line.status(email)}
        for slug in new:
            self.lines[slug].take(email)
        body = {"email": email, "name": "Ada", "library": LIBRARY}
        answer = self.registration.client.post(f"{V1}/series/large-urban-public/registrations", json=body)
        for one in answer.json["items"]:
            if one["session"] in new:
                self._note(email, one["session"], one)
            else:
                assert set(one) == {"session", "advice"}

    @rule(email=PEOPLE, slug=SESSIONS)
    def cancel(self, email: str, slug: str) -> None:
        if self.lines[slug].status(email):
            self.lines[slug].leave(email, self.now)
        if (email, slug) in self.made:
            self._staff("delete", f"registrations/{self.made[email, slug]}")

    @rule(email=PEOPLE, slug=SESSIONS)
    def accept(self, email: str, slug: str) -> None:
        line = self.lines[slug]
        status = line.status(email)
        if (email, slug) not in self.made or not status:
            return
        answer = self.registration.client.post(
            f"{V1}/registrations/{self.made[email, slug]}/accept", headers=self.registration.staff
        )
        if status == "offered" and line.offered[email] > self.now:
            del line.offered[email]
            line.seated.append(email)
        expected = {"confirmed": 200, "waitlisted": 409, "offered": 200 if line.status(email) == "confirmed" else 410}
        assert answer.status_code == expected[status]

    @rule(email=PEOPLE, slug=SESSIONS, over=st.booleans())
    def move(self, email: str, slug: str, over: bool) -> None:
        other = SLUGS[1 - SLUGS.index(slug)]
        if not self.lines[slug].status(email) or self.lines[other].status(email):
            return
        self.lines[other].take(email, over=over)
        self.lines[slug].leave(email, self.now)
        body = {"session": other, "over_capacity": over}
        self._note(email, other, self._staff("post", f"registrations/{self.made[email, slug]}/move", body))

    @rule(slug=SESSIONS, capacity=st.one_of(st.none(), st.integers(0, 4)))
    def change_capacity(self, slug: str, capacity: int | None) -> None:
        self.lines[slug].capacity = capacity
        self.lines[slug].move_up(self.now)
        self._hear(slug)

    @rule(slug=SESSIONS, hours=st.one_of(st.none(), st.sampled_from([1, 24])))
    def change_offers(self, slug: str, hours: int | None) -> None:
        self.lines[slug].hours = hours
        set_rules(self.registration, slug, offer_hours=hours)

    @rule(email=PEOPLE, slug=SESSIONS, over=st.booleans())
    def seat_by_hand(self, email: str, slug: str, over: bool) -> None:
        line = self.lines[slug]
        if not (status := line.status(email)):
            return
        body = {"over_capacity": over}
        path = f"{V1}/registrations/{self.made[email, slug]}/seat"
        answer = self.registration.client.post(path, json=body, headers=self.registration.staff)
        full = status == "waitlisted" and not line.free and not over
        assert answer.status_code == (409 if full else 200), answer.text
        if not full:
            line.seat(email)

    @rule(slug=SESSIONS, closed=st.booleans())
    def close_registration(self, slug: str, closed: bool) -> None:
        self.lines[slug].closed = closed
        self.lines[slug].move_up(self.now)
        self._hear(slug)

    @rule(slug=SESSIONS)
    def hear_of_the_session_again(self, slug: str) -> None:
        self.lines[slug].move_up(self.now)
        self._hear(slug)

    @precondition(lambda self: any(line.offered for line in self.lines.values()))
    @rule(hours=st.sampled_from([0.5, 2, 30]))
    def let_time_pass(self, hours: float) -> None:
        self.now += timedelta(hours=hours, minutes=1)
        self.registration.set_time(self.now.isoformat())
        with runtime.share_connection(self.registration.conn):
            pass_on_offers()
        for line in self.lines.values():
            for email in [email for email, until in line.offered.items() if until <= self.now]:
                del line.offered[email]
            line.move_up(self.now)

    @invariant()
    def everybody_has_what_they_ought_to_have(self) -> None:
        for slug, line in self.lines.items():
            shown = self.registration.roster(slug, limit="100")["items"]
            assert all(len([e for e in shown if e["email"] == one["email"] and e["status"] != "cancelled"]) <= 1
                       for one in shown)  # fmt: skip
            found = {one["email"]: one for one in shown if one["status"] != "cancelled"}
            assert {email: one["status"] for email, one in found.items()} == {
                email: line.status(email) for email in [*line.seated, *line.offered, *line.waiting]
            }
            assert [found[email]["position"] for email in line.waiting] == list(range(1, len(line.waiting) + 1))

    @invariant()
    def the_counts_are_those_of_the_registrations(self) -> None:
        assert find_disagreements(self.registration.conn) == []

    @invariant()
    def the_ledger_adds_up(self) -> None:
        for slug, line in self.lines.items():
            rows = self.registration.conn.execute(
                "SELECT entry, delta, taken_after FROM seat_ledger WHERE session_id = %s ORDER BY 1", [self.ids[slug]]
            ).fetchall()
            taken = 0
            for place, (entry, delta, taken_after) in enumerate(rows, 1):
                taken += delta
                assert (entry, taken_after) == (place, taken)
            assert taken == len(line.seated) + len(line.offered)

    def _hear(self, slug: str) -> None:
        self.revision += 1
        self.registration.hold(
            slug, id=self.ids[slug], revision=self.revision, capacity=self.lines[slug].capacity,
            series="large-urban-public", closes_at=START - timedelta(minutes=1) if self.lines[slug].closed else None,
        )  # fmt: skip

    def _staff(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.registration.client.open(
            f"{V1}/{path}", method=method.upper(), json=body, headers=self.registration.staff
        )
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    def _note(self, email: str, slug: str, found: dict[str, Any]) -> None:
        assert found["status"] == self.lines[slug].status(email)
        self.made[email, slug] = found["id"]


@pytest.mark.timeout(240)
def test_seats_are_what_a_model_says_whatever_is_done(registration: Registration) -> None:
    class Here(Seats):
        pass

    Here.registration = registration
    run_state_machine_as_test(
        Here,
        settings=settings(max_examples=40, stateful_step_count=25, suppress_health_check=EVERY_HEALTH_CHECK),
    )
