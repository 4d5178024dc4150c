"""One bad message harms no good one, is kept, can be looked at, and can be tried again."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest

from shared.events.catalog import SessionPublished, SessionUpdated
from shared.service import Service
from tests.messaging.bench import WAITING, Bench
from tests.messaging.probe import make_session
from tests.waiting import eventually


def good_document(bench: Bench) -> dict[str, Any]:
    bench.commit(SessionPublished(session=make_session()))
    return orjson.loads(bench.documents()[-1])


def quarantined(bench: Bench) -> list[dict[str, Any]]:
    result = bench.command("quarantine", "list")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


NO_EVENTS = {
    "not JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "not an object": b"[]",
    "not a CloudEvent": b'{"id": "1"}',
    "empty": b"",
    "huge": b'"' + b"x" * 900_000 + b'"',
}


@pytest.mark.covers("API10:2023")
@pytest.mark.promise("P16")
@pytest.mark.parametrize("body", NO_EVENTS.values(), ids=NO_EVENTS.keys())
def test_what_is_no_event_is_kept_as_bytes_and_its_neighbours_are_handled(bench: Bench, body: bytes) -> None:
    before, after = orjson.dumps(good_document(bench)), orjson.dumps(good_document(bench))
    bench.send(before, body, after)
    bench.worker("registration").wait_ready()

    eventually(lambda: bench.value("SELECT count(*) FROM effects") == 2)

    [kept] = eventually(lambda: quarantined(bench))
    assert kept["kind"] == "message"
    assert bench.command("quarantine", "show", kept["id"]).stdout.encode(errors="surrogateescape") == body + b"\n"


def test_an_event_that_cannot_be_stored_or_understood_is_set_aside_at_once(bench: Bench) -> None:
    nul = good_document(bench)
    nul["data"]["session"]["title"] = "\0"
    unknown = {**good_document(bench), "type": "catalog.session.teleported"}
    broken = good_document(bench)
    del broken["data"]["session"]["slug"]
    with bench.bound("registration", "catalog.session.teleported"):
        bench.send(*[orjson.dumps(document) for document in (nul, unknown, broken, good_document(bench))])
    bench.worker("registration").wait_ready()

    eventually(lambda: bench.value("SELECT count(*) FROM effects") == 1)
    eventually(lambda: len(quarantined(bench)) == 3)

    reasons = " ".join(kept["reason"] for kept in quarantined(bench))
    assert "cannot be stored" in reasons
    assert "no contract for catalog.session.teleported" in reasons
    assert "breaks its contract in: session.slug" in reasons


@pytest.mark.covers("API10:2023")
def test_an_id_used_for_two_events_is_noticed(bench: Bench) -> None:
    document = good_document(bench)
    impostor = orjson.loads(orjson.dumps(document))
    impostor["data"]["session"]["title"] = "Something else"
    bench.send(orjson.dumps(document))
    bench.worker("registration").wait_ready()
    eventually(lambda: bench.value("SELECT count(*) FROM effects") == 1)

    bench.send(orjson.dumps(document), orjson.dumps(impostor))

    [kept] = eventually(lambda: quarantined(bench))
    assert "its id was used before" in kept["reason"]
    assert len(bench.effects()) == 1


def test_an_event_that_is_said_again_without_whom_it_named_is_no_impostor(bench: Bench) -> None:
    document = orjson.loads(orjson.dumps(good_document(bench)))
    document["data"]["session"]["person"] = {"id": "1", "email": "ada@x.org", "name": "Ada"}
    forgotten = orjson.loads(orjson.dumps(document))
    forgotten["data"]["session"]["person"] |= {"email": "", "name": ""}
    impostor = orjson.loads(orjson.dumps(document))
    impostor["data"]["session"]["title"] = "Something else"
    bench.send(orjson.dumps(document))
    bench.worker("registration").wait_ready()
    eventually(lambda: bench.value("SELECT count(*) FROM effects") == 1)

    bench.send(orjson.dumps(forgotten), orjson.dumps(impostor))

    [kept] = eventually(lambda: quarantined(bench))
    assert "Something else" in bench.value(
        "SELECT convert_from(body, 'UTF8') FROM quarantine WHERE id = %s", kept["id"]
    )


def test_a_handler_that_fails_three_times_and_then_works_takes_effect_once(bench: Bench) -> None:
    subject = uuid4()
    with bench.connect() as conn:
        conn.execute("INSERT INTO troubles VALUES (%s, 'fails', 3)", [subject])
    bench.commit(SessionPublished(session=make_session(subject)), SessionPublished(session=make_session()))
    bench.worker("catalog")
    bench.worker("registration").wait_ready()

    bench.wait_settled(2, seconds=30)

    assert len(bench.effects()) == 2
    assert bench.value("SELECT attempts FROM inbox WHERE subject = %s", str(subject)) == 4


def test_while_an_event_waits_for_its_next_attempt_the_later_ones_of_its_aggregate_wait_too(bench: Bench) -> None:
    subject = uuid4()
    with bench.connect() as conn:
        conn.execute("INSERT INTO troubles VALUES (%s, 'fails', 1)", [subject])
    first = SessionPublished(session=make_session(subject))
    later = [SessionUpdated(session=make_session(subject, revision=n)) for n in (2, 3)]
    bench.commit(first, *later)
    bench.worker("catalog")
    bench.worker("registration").wait_ready()

    bench.wait_settled(3)

    assert [sequence for _, sequence in bench.effects()] == [1, 2, 3]


@pytest.mark.promise("P16")
def test_a_handler_that_never_works_is_quarantined_listed_and_replayed_by_command(bench: Bench) -> None:
    subject = uuid4()
    with bench.connect() as conn:
        conn.execute("INSERT INTO troubles VALUES (%s, 'permanent')", [subject])
    bench.commit(SessionPublished(session=make_session(subject)))
    bench.worker("catalog")
    bench.worker("registration").wait_ready()
    [kept] = eventually(lambda: quarantined(bench))
    assert (kept["kind"], kept["subject"], kept["attempts"]) == ("event", str(subject), 1)
    assert "this can never work" in kept["reason"]

    with bench.connect() as conn:
        conn.execute("DELETE FROM troubles")  # the bug is mended
    assert bench.command("quarantine", "replay", kept["id"]).returncode == 0

    bench.wait_settled(1)
    assert len(bench.effects()) == 1
    assert quarantined(bench) == []
    assert bench.command("quarantine", "replay", kept["id"]).returncode == 1  # there is nothing of that id any more


@pytest.mark.promise("P16")
def test_an_event_that_kills_the_process_each_time_is_found_and_set_aside(bench: Bench) -> None:
    subject = uuid4()
    with bench.connect() as conn:
        conn.execute("INSERT INTO troubles VALUES (%s, 'kill')", [subject])
    bench.commit(SessionPublished(session=make_session(subject)), SessionPublished(session=make_session()))
    bench.worker("catalog")
    worker = bench.worker("registration")
    assert worker.wait_dead() == -9
    with bench.connect() as conn:
        assert bench.value("SELECT max(attempts) FROM inbox") == 1  # counted before it could do harm
        conn.execute("UPDATE inbox SET attempts = 12 WHERE subject = %s", [str(subject)])

    bench.worker("registration")

    eventually(lambda: bench.value(WAITING) == 0, seconds=20)
    [kept] = quarantined(bench)
    assert kept["subject"] == str(subject)
    assert len(bench.effects()) == 1


def test_operators_replay_and_discard_over_http(bench: Bench, staff_token: Callable[[str], str]) -> None:
    for kind in ("permanent", "permanent"):
        subject = uuid4()
        with bench.connect() as conn:
            conn.execute("INSERT INTO troubles VALUES (%s, %s)", [subject, kind])
        bench.commit(SessionPublished(session=make_session(subject)))
    bench.worker("catalog")
    bench.worker("registration")
    api = bench.api(Service("registration"))
    headers = {"Authorization": f"Bearer {staff_token('operations')}"}
    listing = "/registration/v1/operations/quarantine"
    eventually(lambda: len(api.get(listing, headers=headers).json["items"]) == 2)
    assert api.get("/registration/v1/operations/queues", headers=headers).json["quarantined"] == 2
    page = api.get(f"{listing}?limit=1", headers=headers).json
    assert len(api.get(f"{listing}?cursor={page['next']}", headers=headers).json["items"]) == 1

    with bench.connect() as conn:
        conn.execute("DELETE FROM troubles")
    first, second = [kept["id"] for kept in api.get(listing, headers=headers).json["items"]]
    assert api.post(f"{listing}/{first}/replay", headers=headers).status_code == 204
    assert api.delete(f"{listing}/{second}", headers=headers).status_code == 204

    eventually(lambda: len(bench.effects()) == 1)
    assert api.get(listing, headers=headers).json["items"] == []
    assert api.post(f"{listing}/{first}/replay").status_code == 401
