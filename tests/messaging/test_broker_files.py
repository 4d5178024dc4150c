"""RabbitMQ keeps handled messages in its files; a reset removes them."""

import pytest

from shared.events.catalog import SessionPublished
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session
from tests.messaging.test_faults import sessions
from tests.servers.engines import Engines
from tests.waiting import eventually

pytestmark = pytest.mark.faults

CANARY = "canary-7f3a@library.example"
# docs/operations/erasure.md, "The broker's files".
RESET = (("stop_app",), ("reset",), ("start_app",))


def test_a_reset_takes_what_was_handled_out_of_the_brokers_files_and_loses_nothing(
    fault_bench: Bench, fault_engines: Engines
) -> None:
    relay, worker = fault_bench.worker("catalog").wait_ready(), fault_bench.worker("registration").wait_ready()
    fault_bench.commit(SessionPublished(session=make_session(title=CANARY)))
    fault_bench.wait_settled(1)
    # It was handled, and its queue is empty: quorum queues keep their log until they have written a snapshot.
    assert eventually(lambda: fault_engines.broker_files_with(CANARY))
    moment = fault_bench.value("SELECT clock_timestamp()::text")
    fault_bench.commit(*sessions(20))

    for words in RESET:
        fault_engines.control_broker(*words)
    fault_engines.wait("rabbitmq")
    fault_bench.commit(*sessions(20))
    again = "UPDATE outbox SET published_at = NULL WHERE created_at >= %s::timestamptz RETURNING 1"
    fault_bench.value(again, moment, service="catalog")  # as `outbox replay --since` does

    fault_bench.wait_settled(41, seconds=90)
    assert len(set(fault_bench.effects())) == len(fault_bench.effects()) == 41
    assert fault_engines.broker_files_with(CANARY) == []
    assert relay.is_running()
    assert worker.is_running()
