"""Each rule of the checker finds what it is there for, in a small story that is well until one thing is changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.faults import world
from tests.faults.checker import check
from tests.faults.checker.evidence import QUERIES, Evidence, Row
from tests.faults.history import Operation
from tests.faults.mailsink import Handed

HOT = world.HOT[0]
ANN, BOB, CY = "ann@x.example", "bob@x.example", "cy@x.example"


def operation(kind: str, phase: str = "ok", began: float = 1.0, /, **parts: Any) -> Operation:
    answer = parts.pop("answer", {})
    return Operation(f"{kind}-{parts.get('email', '')}", kind, parts, began, phase, began + 1, answer)


def registered(email: str, id: str) -> Operation:
    return operation("register", email=email, session=HOT, newsletter=False, answer={"id": id, "status": 201})


def registration(id: str, email: str, status: str) -> Row:
    return {"id": id, "email": email, "session": HOT, "status": status, "revision": 1, "erased": False}


def event(position: int, fact: str, id: str, *, kind: str = "registration.registration") -> Row:
    return {
        "position": position,
        "event_id": f"event-{position}",
        "type": f"{kind}.{fact}",
        "subject": id,
        "session": HOT,
        "person_id": id,
    }


def entry(number: int, delta: int, taken: int, id: str) -> Row:
    return {"session": HOT, "entry": number, "delta": delta, "taken_after": taken, "registration_id": id, "at": 5.0}


def message(id: str, email: str, cause: str, kind: str = "registration-confirmed") -> Row:
    row = {"id": id, "kind": kind, "recipient": email, "state": "sent", "doubts": 0, "reply": None}
    return {**row, "event_id": cause, "subject": id}


def mail(id: str, to: str) -> Handed:
    moment = datetime.fromtimestamp(9.0, UTC)
    message_id = f"<{id}@x.example>"
    return Handed(message_id=message_id, recipient=to, subject="Hello", at=moment, content=b"", stored=True)


@pytest.fixture
def story() -> Evidence:
    """One seat: Ann has it, Bob and Cy wait; Ann gives it up and Bob moves up. Ann completed the series."""
    rows: dict[str, list[Row]] = {name: [] for name in QUERIES}
    rows["registrations"] = [
        registration("a", ANN, "cancelled"),
        registration("b", BOB, "confirmed"),
        registration("c", CY, "waitlisted"),
    ]
    rows["seats"] = [{"session": HOT, "capacity": 1, "ceiling": 1, "taken": 1, "held": 0, "waitlisted": 1}]
    rows["ledger"] = [entry(1, 1, 1, "a"), entry(2, -1, 0, "a"), entry(3, 1, 1, "b")]
    facts = [("confirmed", "a"), ("waitlisted", "b"), ("waitlisted", "c"), ("cancelled", "a"), ("promoted", "b")]
    rows["events"] = [event(number, *fact) for number, fact in enumerate(facts, 1)]
    rows["events"] += [event(6, "issued", "i", kind="registration.invitation")]
    rows["messages"] = [message(f"m{number}", ANN, f"event-{number}") for number in range(1, 7)]
    rows["completions"] = [{"email": ANN}]
    rows["invitations"] = [{"email": ANN, "id": "i", "status": "issued"}]
    rows["copies"] = [
        {"session": HOT, "catalog": 2, "registration": 2, "notifications": 2, "seats_in_catalog": 4, "seats_told": 4}
    ]
    rows["set_aside"] = [{"service": "catalog", "messages": 1, "events": 0}]
    seen = [operation("watch", email=ANN, session=s, answer={"viewed": True}) for s in world.RECORDED]
    return Evidence(
        rows=rows,
        operations=[
            *(registered(email, id) for email, id in ((ANN, "a"), (BOB, "b"), (CY, "c"))),
            operation("cancel", email=ANN, id="a"),
            operation("capacity", session=HOT, capacity=1),
            *seen,
        ],
        mails=[mail(f"m{number}", ANN) for number in range(1, 7)],
        nonsense={"catalog": (1, 1)},
    )


def test_a_story_in_which_all_is_well_has_no_violation(story: Evidence) -> None:
    assert check(story) == []


def _of(story: Evidence, name: str, place: int, **changes: Any) -> None:
    story.rows[name][place].update(changes)


BREAKS: dict[str, Callable[[Evidence], Any]] = {
    "acknowledged registration lost": lambda s: s.rows["registrations"].pop(2),
    "acknowledged registration is another": lambda s: _of(s, "registrations", 2, session=world.CALM[0]),
    "acknowledged cancellation lost": lambda s: _of(s, "registrations", 0, status="confirmed"),
    "registration cancelled that nobody cancelled": lambda s: _of(s, "registrations", 2, status="cancelled"),
    "person registered twice": lambda s: s.rows["registrations"].append(registration("d", CY, "waitlisted")),
    "one registration answered as two": lambda s: s.operations.append(registered(CY, "b")),
    "registration that nobody wanted": lambda s: s.rows["registrations"].append(
        registration("d", "stranger@x.example", "waitlisted")
    ),
    "refused without reason": lambda s: s.operations.append(operation("erase", "fail", email="dee@x.example")),
    "answered 500": lambda s: s.server_errors.append("register"),
    "not served again": lambda s: s.unserved.append("RabbitMQ stopped"),
    "ledger of seats does not add up": lambda s: _of(s, "ledger", 2, entry=4),
    "seat oversold": lambda s: s.rows["ledger"].extend(entry(n, 1, n - 2, "c") for n in range(4, 4 + world.SEATS)),
    "seats miscounted": lambda s: _of(s, "seats", 0, taken=0),
    "waiting list miscounted": lambda s: _of(s, "seats", 0, waitlisted=2),
    "seat left free while somebody waits": lambda s: _of(s, "seats", 0, capacity=2),
    "waiting list overtaken": lambda s: _of(s, "events", 4, subject="c"),
    "waiting list jumped": lambda s: s.rows["events"].append(event(7, "confirmed", "d")),
    "mail never made due": lambda s: s.rows["messages"].pop(0),
    "newsletter's question not asked once": lambda s: s.operations[0].wanted.update(newsletter=True),
    "mail undecided": lambda s: _of(s, "messages", 0, state="in_doubt"),
    "mail given up": lambda s: _of(s, "messages", 0, state="failed", reply="the line broke"),
    "mail lost": lambda s: s.mails.pop(),
    "mail sent twice": lambda s: s.mails.append(mail("m1", ANN)),
    "mail that nobody caused": lambda s: s.mails.append(mail("stranger", CY)),
    "erasure never done": lambda s: s.operations.append(operation("erase", email=CY, answer={"id": "e"})),
    "mail to somebody forgotten": lambda s: (
        s.operations.append(operation("erase", email=CY, answer={"id": "e"})),
        s.rows["erased"].append({"id": "c", "erasure": "e", "done": 8.0}),
        s.mails.append(mail("m1", CY)),
    ),
    "completion lost": lambda s: s.rows["completions"].clear(),
    "completion that nobody earned": lambda s: s.rows["completions"].append({"email": BOB}),
    "invitations do not match completions": lambda s: s.rows["invitations"].clear(),
    "invitation issued twice": lambda s: s.rows["events"].append(
        event(7, "issued", "i", kind="registration.invitation")
    ),
    "not come to rest": lambda s: s.waiting.append("3 events to be sent"),
    "services know different sessions": lambda s: _of(s, "copies", 0, notifications=1),
    "the catalog knows other seats": lambda s: _of(s, "copies", 0, seats_in_catalog=3),
    "services know different registrations": lambda s: s.rows["differing"].append({"id": "c"}),
    "messages that are no events": lambda s: _of(s, "set_aside", 0, messages=0),
    "events set aside": lambda s: _of(s, "set_aside", 0, events=1),
    "an outside site has it otherwise": lambda s: s.mirror.append("session hot-0"),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_it_finds(story: Evidence, rule: str) -> None:
    BREAKS[rule](story)

    assert rule in {violation.rule for violation in check(story)}
