"""`quarantine …` and `outbox …`, and how every command ends."""

import json
from uuid import uuid4

from tests.commands.conftest import Operator

PUBLISHED = """
    INSERT INTO outbox (event_id, type, aggregate, subject, sequence, document, published_at, created_at)
    VALUES (gen_random_uuid(), %s, split_part(%s, '.', 2), %s, %s, '{}', now(), %s)
"""
FAILED = """
    INSERT INTO inbox (source, event_id, type, aggregate, subject, sequence, lane, document, digest, status, last_error,
                       received_at, finished_at)
    VALUES ('catalog', %s, %s, 'session', 'x', 1, 0, '{}', '', 'quarantined', %s, %s, now())
"""
HELD, UPDATED = "catalog.session.held", "catalog.session.updated"


def set_aside(operator: Operator, kind: str, reason: str, received: str = "2026-01-01T00:00:00Z") -> str:
    id = str(uuid4())
    operator.sql("registration", FAILED, id, kind, reason, received)
    return id


def test_how_a_command_ended_is_told_by_its_exit_code(operator: Operator) -> None:
    def code(*words: str, **environment: str) -> int:
        done = operator.run("registration", *words, **environment)
        assert done.returncode == 0 or done.stderr
        assert "Traceback" not in done.stderr
        return done.returncode

    assert code("outbox", "depth") == 0
    assert code("quarantine", "show", str(uuid4())) == 1
    assert code("outbox", "replay", "--since", "2026-01-01T00:00:00Z") == 1
    assert code("quarantine", "replay") == 2
    assert code("quarantine", "replay", str(uuid4()), "--reason", "x") == 2
    assert code("outbox", "replay", "--since", "yesterday") == 2
    assert code("teleport") == 2
    assert code("outbox", "depth", ENVIRONMENT="production") == 2
    assert code("outbox", "depth", DATABASE_URL="postgresql://registration@127.0.0.1:1/none") == 3


def test_an_answer_is_json_alone_and_the_log_is_elsewhere(operator: Operator) -> None:
    for words in (("outbox", "depth"), ("outbox", "list"), ("quarantine", "list"), ("openapi",)):
        done = operator.run("catalog", *words, LOG_LEVEL="debug")
        json.loads(done.stdout)


def test_what_waits_to_be_published_is_listed_with_the_reason(operator: Operator) -> None:
    operator.sql("catalog", PUBLISHED, HELD, HELD, "a", 1, "2026-01-01T00:00:00Z")
    operator.sql(
        "catalog",
        "UPDATE outbox SET published_at = NULL, attempts = 3, last_error = 'returned',"
        " next_attempt_at = now() + interval '1 hour'",
    )

    [waiting] = operator.ask("catalog", "outbox", "list")

    assert (waiting["type"], waiting["attempts"], waiting["last_error"]) == (HELD, 3, "returned")
    assert waiting["next_attempt_at"]
    assert operator.ask("catalog", "outbox", "depth")["depth"] == 1


def test_only_the_events_that_were_asked_for_are_published_again(operator: Operator) -> None:
    for kind, subject, sequence, at in (
        (HELD, "a", 2, "2026-03-01T00:00:00Z"),
        (UPDATED, "a", 1, "2026-01-01T00:00:00Z"),
        (UPDATED, "b", 1, "2026-03-01T00:00:00Z"),
    ):
        operator.sql("catalog", PUBLISHED, kind, kind, subject, sequence, at)

    def replay(*options: str) -> list[str]:
        assert operator.ask("catalog", "outbox", "replay", *options, "--as", "ann")["dry_run"] is False
        again = operator.sql("catalog", "SELECT subject || sequence FROM outbox WHERE published_at IS NULL ORDER BY 1")
        operator.sql("catalog", "UPDATE outbox SET published_at = now()")
        return [row[0] for row in again]

    assert operator.ask("catalog", "outbox", "replay", "--aggregate", "a", "--dry-run")["replayed"] == 2
    assert operator.sql("catalog", "SELECT FROM outbox WHERE published_at IS NULL") == []
    assert replay("--since", "2026-02-01T00:00:00Z") == ["a2", "b1"]
    assert replay("--aggregate", "a") == ["a1", "a2"]
    assert replay("--since", "2026-02-01T00:00:00Z", "--type", UPDATED) == ["b1"]
    assert operator.audit("catalog") == [
        ("operator ann", "outbox.replay", subject) for subject in ("catalog", "a", UPDATED)
    ]


def test_what_matches_is_replayed_together_and_what_was_not_meant_stays(operator: Operator) -> None:
    meant = set_aside(operator, HELD, "KeyError in follow_session:40", "2026-03-01T00:00:00Z")
    others = {
        set_aside(operator, HELD, "KeyError in follow_session:40"),
        set_aside(operator, UPDATED, "KeyError in follow_session:40", "2026-03-01T00:00:00Z"),
        set_aside(operator, HELD, "no contract for it", "2026-03-01T00:00:00Z"),
    }
    which = ("--reason", "follow_session", "--type", HELD, "--since", "2026-02-01T00:00:00Z")
    replay = ("quarantine", "replay", *which)

    assert [one["id"] for one in operator.ask("registration", "quarantine", "list", *which)] == [meant]
    assert operator.ask("registration", *replay, "--dry-run")["done"] == [meant]
    assert len(operator.ask("registration", "quarantine", "list")) == 4
    assert operator.ask("registration", *replay, "--as", "ann")["done"] == [meant]

    assert {one["id"] for one in operator.ask("registration", "quarantine", "list")} == others
    assert operator.sql("registration", "SELECT status FROM inbox WHERE event_id = %s", meant) == [("pending",)]
    assert operator.audit("registration") == [("operator ann", "quarantine.replay", meant)]
    assert operator.run("registration", *replay).returncode == 1


def test_one_that_is_refused_is_told_and_keeps_no_other_from_being_discarded(operator: Operator) -> None:
    there, gone = set_aside(operator, HELD, "x"), str(uuid4())

    done = operator.run("registration", "quarantine", "discard", gone, there)

    assert done.returncode == 1
    assert gone in done.stderr
    answer = json.loads(done.stdout)
    assert (answer["done"], [one["id"] for one in answer["refused"]]) == ([there], [gone])
    assert operator.ask("registration", "quarantine", "list") == []
    [(actor, action, subject)] = operator.audit("registration")
    assert (actor.startswith("operator "), action, subject) == (True, "quarantine.discard", there)
