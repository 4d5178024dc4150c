"""Forgetting a person, and telling who got what."""

import json
from typing import Any
from uuid import UUID

import pytest

from tests.commands.conftest import Operator
from tests.processes import Process, running

ADA, NOBODY = "ada@library.example", "nobody@library.example"


@pytest.fixture
def ada(operator: Operator) -> str:
    """The id of somebody on whom something is held."""
    person = "INSERT INTO people (id, email, name) VALUES (gen_random_uuid(), %s, 'Ada') RETURNING id"
    [(id,)] = operator.sql("registration", person, ADA)
    return str(id)


def test_an_erasure_is_tried_first_then_done_and_shown_when_every_service_is(operator: Operator, ada: str) -> None:
    erase = ("person", "erase", "--address", "Ada@Library.example")

    tried = operator.ask("registration", *erase)
    assert (tried["dry_run"], tried["held"]["person"]) == (True, 1)
    assert operator.ask("registration", "person", "erase", "--id", ada) == tried

    with running() as processes:
        for service in ("registration", "notifications"):
            environment = operator.environments[service]
            processes.append(Process(f"services.{service}", "worker", environment=environment).start())
        done = operator.ask("registration", *erase, "--yes", "--wait", "60", "--as", "ann")

    assert done["state"] == "done"
    assert all(done["services"].values())
    assert operator.audit("registration") == [("operator ann", "person.erase", done["id"])]
    assert operator.sql("registration", "SELECT name FROM people WHERE id = %s", UUID(ada)) == [("",)]
    assert operator.ask("registration", "person", "erasure", done["id"]) == done


def test_an_erasure_that_another_service_has_not_done_yet_is_exit_code_3(operator: Operator, ada: str) -> None:
    waiting = operator.run("registration", "person", "erase", "--id", ada, "--yes", "--wait", "1")

    assert waiting.returncode == 3
    answer = json.loads(waiting.stdout)
    assert (answer["state"], answer["services"]["notifications"]) == ("running", None)
    assert operator.ask("registration", "person", "erasure", answer["id"])["state"] == "running"


def test_nobody_is_erased_where_nothing_is_held_or_it_is_not_said_whom(operator: Operator, ada: str) -> None:
    erase = ("person", "erase", "--yes")

    assert operator.run("registration", *erase, "--address", NOBODY).returncode == 1
    assert operator.run("registration", *erase, "--address", "no address").returncode == 1
    assert operator.run("registration", *erase).returncode == 2
    assert operator.run("registration", *erase, "--address", ADA, "--id", ada).returncode == 2
    assert operator.audit("registration") == []


MAIL = """
    INSERT INTO messages (kind, topic, subject, cause, event_id, revision, session_id, recipient, caused_at, state,
                          sent_at)
    VALUES (%s, 'seat', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), %s, now(),
            %s::text, CASE WHEN %s::text = 'sent' THEN now() END)
"""


def test_who_got_what_is_told_of_an_address(operator: Operator) -> None:
    for kind, recipient, state in (
        ("registration-confirmed", ADA, "sent"),
        ("session-cancelled", ADA, "failed"),
        ("registration-confirmed", "eve@library.example", "sent"),
    ):
        operator.sql("notifications", MAIL, kind, recipient, state, state)

    def told(*options: str) -> list[tuple[Any, ...]]:
        found = operator.ask("notifications", "who-got-what", *options)
        return [(one["kind"], one["recipient"], one["state"]) for one in found]

    assert told("--address", "ADA@library.example") == [
        ("session-cancelled", ADA, "failed"),
        ("registration-confirmed", ADA, "sent"),
    ]
    assert told("--address", ADA, "--state", "failed") == [("session-cancelled", ADA, "failed")]
    assert operator.run("notifications", "who-got-what", "--address", NOBODY).returncode == 1
    assert operator.run("notifications", "who-got-what", "--session", "no-such").returncode == 1
    assert operator.run("notifications", "who-got-what").returncode == 2
