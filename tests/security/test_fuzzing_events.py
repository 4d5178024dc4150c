"""Whatever comes by the broker: no consumer stops of it, no good neighbour is lost, and what is bad is kept and named.

`CASES=thousands` tries thousands of bad messages in place of some dozens.
"""

import gzip
import os
import struct
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import amqp
import orjson
import pytest
from hypothesis import Phase, example, given, settings

from shared.database import Database
from shared.events.catalog import SessionPublished
from shared.events.envelope import CONTENT_TYPE
from shared.messaging.consumer import Consumer
from shared.messaging.processor import Processor
from shared.messaging.wakeup import Listener
from tests import broker_messages
from tests.contracts.examples import document_of
from tests.hypothesis_settings import EVERY_HEALTH_CHECK
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session
from tests.security.events import BAD, DEEP, Lent, good, message, write
from tests.security.hostile import SERVICES, Door
from tests.waiting import eventually

pytest_plugins = ["tests.security.hostile"]

MANY = os.environ.get("CASES") == "thousands"
SETTINGS = settings(
    max_examples=3000 if MANY else 80,
    derandomize=not MANY,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=EVERY_HEALTH_CHECK,
)
pytestmark = pytest.mark.timeout(3600 if MANY else 240)

SESSION = document_of("catalog.session.published")
RECORDING = document_of("catalog.recording.published")
# Told to a webhook, which writes its numbers again.
CLOSED = document_of("catalog.session.registration-closed")


@pytest.mark.covers("API10:2023", "ASVS 2.2.1", "ASVS 16.5.3")
def test_a_message_that_is_wrong_is_kept_and_its_neighbours_are_handled(door: Door) -> None:
    handlers = SERVICES[door.name].event_handlers()
    consumer = Consumer(door.present.settings, door.name, cast("Database", Lent()), handled=handlers.keys())
    processor = Processor(1, door.present, handlers, Listener("", door.name), first_wait=1000)

    @SETTINGS
    @given(body=BAD)
    @example(body=write({**SESSION, "data": DEEP}))
    @example(body=write({**SESSION, "correlationid": {"a": DEEP}}))
    @example(body=write({**SESSION, "sequence": "9" * 5000}))
    @example(
        body=write({**RECORDING, "data": {"recording": {**RECORDING["data"]["recording"], "duration_seconds": -1}}})
    )
    @example(body=write({**CLOSED, "data": {"session": {**CLOSED["data"]["session"], "revision": 2**70}}}))
    @example(body=write({**document_of("registration.sign-in.requested"), "id": str(uuid4()), "subject": "nobody"}))
    def send(body: bytes) -> None:
        with door.conn.transaction(force_rollback=True):
            door.conn.execute("DELETE FROM quarantine")
            (before, first), (after, last) = good(), good()
            consumer._commit([first, message(body), last])
            while processor.work_off_one_lane(door.conn):
                pass
            check(door, before, after)

    send()


def check(door: Door, before: str, after: str) -> None:
    """The neighbours are done, and so is the third message, or it waits with a reason until an operator looks at it.

    What waits for its next attempt holds back what comes later of the same thing, which is no loss.
    """
    rows = door.conn.execute(
        "SELECT event_id, (source, aggregate, subject)::text, status, last_error FROM inbox WHERE received_at >= now()"
    )
    found = {id: (thing, status, error) for id, thing, status, error in rows}
    kept = door.conn.execute("SELECT reason FROM quarantine WHERE received_at >= now()").fetchall()
    (thing, *first), (_, *last) = found.pop(before), found.pop(after)
    holding = [one for one, status, _ in found.values() if status == "pending"]
    assert first == ["done", None]
    assert last == ["pending" if thing in holding else "done", None]
    assert len(found) + len(kept) == 1
    for _, status, error in found.values():
        # One that speaks of what has not come yet waits for it, for as long as there are attempts.
        assert status == "done" or (status == "quarantined" and error) or "NotYetKnown" in error, (status, error)
    assert all(reason for (reason,) in kept)


# What py-amqp would not write is put in its place afterwards.
NO_TEXT, NO_MOMENT = "-no-text-", datetime(2001, 2, 3, tzinfo=UTC)
IN_PLACE = {
    NO_TEXT.encode(): b"\xff" * len(NO_TEXT),
    struct.pack(">Q", int(NO_MOMENT.timestamp())): b"\x7f" + b"\xff" * 7,
}
PROPERTIES: dict[str, dict[str, Any]] = {
    "a content type that is no text": {"content_type": NO_TEXT},
    "a message id that is no text": {"message_id": NO_TEXT},
    "half a character": {"correlation_id": "\ud800"},
    "a header that is no text": {"application_headers": {NO_TEXT: NO_TEXT}},
    "a moment beyond every calendar": {"application_headers": {"at": NO_MOMENT}},
    "a compression": {"content_encoding": "utf-8", "application_headers": {"compression": "application/x-gzip"}},
    "another serializer": {"content_type": "application/x-python-serialize", "content_encoding": "binary"},
    "an odd type": {"content_type": "text/html; charset=\x01"},
}


@pytest.mark.covers("API4:2023", "API10:2023", "ASVS 1.5.2", "ASVS 16.5.3")
def test_a_worker_goes_on_whatever_a_message_says_of_itself(bench: Bench) -> None:
    """Through the real broker: the properties and headers of a message are nothing that we need."""
    documents = [sealed(bench) for _ in PROPERTIES]
    bombs = [gzip.compress(b'"' + b" " * 10_000_000 + b'"'), b"\x80\x04\x95", b"x" * 900_000, write(DEEP)]
    publish(bench, [(body, properties) for body, properties in zip(documents, PROPERTIES.values(), strict=True)])
    publish(bench, [(bomb, PROPERTIES["a compression"]) for bomb in bombs])
    publish(bench, [(sealed(bench), {})])

    worker = bench.worker("registration")

    eventually(lambda: len(bench.effects()) == len(documents) + 1, seconds=30)

    def kept() -> bool:
        found = bench.value("SELECT array_agg(reason || length(body)::text) FROM quarantine")
        assert len(found or ()) == len(bombs), found
        return True

    eventually(kept)
    assert worker.is_running()
    assert bench.value("SELECT count(*) FROM quarantine WHERE reason = ''") == 0


def sealed(bench: Bench) -> bytes:
    """A good event of its own."""
    bench.commit(SessionPublished(session=make_session()))
    return bench.documents()[-1]


class Bytes(amqp.Message):
    """A message whose properties hold what is in no text, or at no moment."""

    def _serialize_properties(self) -> bytes:
        written = super()._serialize_properties()
        for asked, meant in IN_PLACE.items():
            written = written.replace(asked, meant)
        return written


def publish(bench: Bench, messages: list[tuple[bytes, dict[str, Any]]]) -> None:
    """Put messages on the exchange with these properties, as a foreign or broken publisher would."""
    address, vhost = bench.environments["registration"]["BROKER_URL"].split("@")[1].split("/")
    with amqp.Connection(address, *bench.tester, virtual_host=vhost) as connection, connection.channel() as channel:
        for body, properties in messages:
            made = broker_messages.make_message(
                body, Bytes, **({"content_type": CONTENT_TYPE, "delivery_mode": 2} | properties)
            )
            broker_messages.publish(channel, made, "events", "catalog.session.published")


def test_the_bodies_are_what_they_are_meant_to_be() -> None:
    """orjson reads what it cannot write again."""
    assert orjson.loads(write(DEEP)) == DEEP
    with pytest.raises(TypeError):
        orjson.dumps(DEEP)
