"""Registering in one statement has the same results: facts read before count only while they are still true."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from services.registration.seats.placement_queries import STATEMENT
from shared.events.catalog import Audience
from tests.registration.registration import V1, Registration
from tests.registration.rules import QUESTIONS, set_rules
from tests.registration.samples import make_series

PUBLIC = Audience(library_types=["public"])
RURAL = {"name": "Hilltop", "type": "rural"}


def sign_up(registration: Registration, email: str, slug: str = "world-cafe", **fields: Any) -> Any:
    return registration.register(email, slug, **fields)


def published(registration: Registration, made: Any) -> Any:
    return registration.value("SELECT document FROM outbox WHERE subject = %s", made.json["id"])


def row(registration: Registration, made: Any) -> dict[str, Any]:
    return registration.value("SELECT to_jsonb(r) FROM registrations AS r WHERE id = %s", made.json["id"])


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """The members that are not the same in both, which have the same ones."""
    assert one.keys() == other.keys()
    return {name for name in one if one[name] != other[name]}


@pytest.fixture
def known(registration: Registration) -> Registration:
    """A session whose registration policy this process has read."""
    registration.hold(capacity=3, series="large-urban-public")
    assert sign_up(registration, "first@x.org").status_code == 201
    return registration


def test_it_leaves_the_same_behind_as_the_long_way(known: Registration) -> None:
    """The long way serves requests for more than a seat."""
    said = {"job_title": "Director", "accommodations": "A ramp", "timezone": "America/Denver"}

    at_once = sign_up(known, "ada@x.org", **said)
    long_way = sign_up(known, "eve@x.org", **said, newsletter=True)

    assert (at_once.status_code, at_once.json.keys()) == (201, long_way.json.keys())
    ours, theirs = row(known, at_once), row(known, long_way)
    assert differing(ours, theirs) == {"id", "person_id", "joined", "code"}
    told, expected = published(known, at_once), published(known, long_way)
    assert differing(told, expected) <= {"id", "subject", "time", "data", "correlationid", "traceparent"}
    facts, others = told["data"]["registration"], expected["data"]["registration"]
    assert differing(facts, others) <= {"id", "person", "registered_at"}
    assert facts["person"] == {
        "id": ours["person_id"],
        "email": "ada@x.org",
        "name": "Ada Lovelace",
        "generation": 0,
    }
    assert known.value("SELECT count(*) FROM seat_ledger") == 3


def test_whoever_is_known_keeps_their_id_and_name_in_what_is_published(known: Registration) -> None:
    known.hold("change")
    first = sign_up(known, "ada@x.org", name="Ada Lovelace")

    second = sign_up(known, "ada@x.org", "change", name="Mallory")

    assert (
        published(known, second)["data"]["registration"]["person"]
        == (published(known, first)["data"]["registration"]["person"])
    )


def test_rules_that_staff_set_meanwhile_hold(known: Registration) -> None:
    set_rules(known, questions=QUESTIONS)

    refused = sign_up(known, "ada@x.org")

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["answers.experience"])
    answered = sign_up(known, "ada@x.org", answers={"experience": "Some"})
    assert answered.status_code == 201
    assert row(known, answered)["answers"] == {"experience": "Some"}


def test_the_audience_of_a_series_that_changed_meanwhile_holds(known: Registration) -> None:
    assert sign_up(known, "ada@x.org", library=RURAL).json["advice"] is None

    known.know_series(make_series([], audience=PUBLIC))

    assert "is meant for" in sign_up(known, "eve@x.org", library=RURAL).json["advice"]


def test_a_window_that_closes_meanwhile_is_closed(known: Registration) -> None:
    known.set_time("2017-04-06T13:00:01-05:00")  # it has begun

    refused = sign_up(known, "ada@x.org")

    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (409, "registration-closed")


def test_a_window_that_opens_meanwhile_is_open(registration: Registration) -> None:
    registration.hold(opens_at=datetime(2017, 2, 1, tzinfo=UTC))
    assert sign_up(registration, "ada@x.org").status_code == 409

    registration.set_time("2017-02-01T00:00:01+00:00")

    assert sign_up(registration, "ada@x.org").status_code == 201


def test_what_is_published_tells_when_it_was_and_not_when_the_terms_were_read(known: Registration) -> None:
    known.set_time("2017-03-01T12:00:00+00:00")  # the terms were read in another month

    made = sign_up(known, "ada@x.org")

    facts = published(known, made)["data"]["registration"], row(known, made)
    told, kept = (datetime.fromisoformat(one["registered_at"]) for one in facts)
    assert told == kept
    assert told.date() == date(2017, 3, 1)


def test_a_session_that_was_cancelled_meanwhile_takes_nobody(known: Registration) -> None:
    id = known.value("SELECT id FROM sessions")
    known.hold(id=id, revision=2, status="cancelled")

    assert sign_up(known, "ada@x.org").status_code == 409


def test_who_has_a_place_keeps_it_and_a_full_session_has_a_line(known: Registration) -> None:
    again = sign_up(known, "first@x.org")
    others = [sign_up(known, f"p{number}@x.org").json["status"] for number in range(3)]

    assert (again.status_code, again.json) == (200, {"session": "world-cafe", "advice": None})
    assert others == ["confirmed", "confirmed", "waitlisted"]


def test_a_key_has_one_effect_and_one_answer(known: Registration) -> None:
    made, again = (sign_up(known, "ada@x.org", key="the-key-of-ada") for _ in range(2))
    other = sign_up(known, "eve@x.org", key="the-key-of-ada")

    assert (made.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert made.data == again.data
    assert made.headers["Location"] == again.headers["Location"] == f"{V1}/registrations/{made.json['id']}"
    assert made.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-store"
    assert other.status_code == 422
    assert known.value("SELECT taken FROM seats") == 2


def test_the_statement_is_short_enough_for_the_cache_of_psycopg() -> None:
    assert len(STATEMENT.encode()) <= MAX_CACHED_STATEMENT_LENGTH
