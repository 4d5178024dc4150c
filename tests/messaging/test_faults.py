"""Processes and servers die at the worst moments; nothing is lost and nothing is done twice."""

import pytest

from shared.events.catalog import SessionPublished
from shared.messaging.relay import BATCH
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session
from tests.servers.engines import Engines
from tests.waiting import eventually

pytestmark = pytest.mark.faults

KILLED = -9


def sessions(count: int) -> list[SessionPublished]:
    return [SessionPublished(session=make_session()) for _ in range(count)]


@pytest.mark.promise("P1")
@pytest.mark.parametrize(
    "point",
    ["consumer.after_commit_before_ack", "processor.after_claim", "processor.after_effect_before_commit"],
)
def test_a_consuming_worker_killed_at_this_point_loses_and_doubles_nothing(bench: Bench, point: str) -> None:
    bench.worker("catalog")
    dying = bench.worker("registration", FAILPOINT=f"{point}=kill")
    bench.commit(*sessions(50))
    assert dying.wait_dead() == KILLED

    bench.worker("registration")

    bench.wait_settled(50)
    assert len(set(bench.effects())) == len(bench.effects()) == 50


@pytest.mark.promise("P1")
@pytest.mark.parametrize("count", [50, 2 * BATCH + 50], ids=["one batch", "more, with two on their way"])
def test_a_relay_killed_between_publish_and_mark_publishes_again_and_nothing_is_doubled(
    bench: Bench, count: int
) -> None:
    bench.worker("registration")
    bench.commit(*sessions(count))
    dying = bench.worker("catalog", FAILPOINT="relay.after_publish_before_mark=kill")
    assert dying.wait_dead() == KILLED
    assert bench.value("SELECT count(*) FROM outbox WHERE published_at IS NULL", service="catalog") == count

    bench.worker("catalog")

    bench.wait_settled(count, seconds=60)
    assert len(set(bench.effects())) == len(bench.effects()) == count


def test_two_relays_take_turns(bench: Bench) -> None:
    first, second = bench.worker("catalog").wait_ready(), bench.worker("catalog").wait_ready()
    bench.worker("registration")
    bench.commit(*sessions(20))
    bench.wait_settled(20)
    first.kill()
    bench.commit(*sessions(20))
    bench.wait_settled(40)
    second.kill()

    assert len(bench.effects()) == 40


def test_sigterm_lets_a_worker_finish_and_leave(bench: Bench) -> None:
    bench.worker("catalog")
    leaving = bench.worker("registration").wait_ready()
    bench.commit(*sessions(500))
    eventually(lambda: bench.effects())

    assert leaving.stop() == 0
    bench.worker("registration")

    bench.wait_settled(500)
    assert len(set(bench.effects())) == len(bench.effects()) == 500


@pytest.mark.promise("P10")
def test_while_the_broker_is_away_commands_go_on_and_all_arrives_when_it_is_back(
    fault_bench: Bench, fault_engines: Engines
) -> None:
    relay, worker = fault_bench.worker("catalog").wait_ready(), fault_bench.worker("registration").wait_ready()
    fault_bench.commit(*sessions(10))
    fault_bench.wait_settled(10)

    fault_engines.stop("rabbitmq")
    fault_bench.commit(*sessions(10))
    fault_engines.start("rabbitmq")
    fault_engines.wait("rabbitmq")

    fault_bench.wait_settled(20, seconds=60)
    assert len(fault_bench.effects()) == 20
    assert relay.is_running()
    assert worker.is_running()


def test_a_broker_killed_in_the_middle_of_a_stream_costs_nothing(fault_bench: Bench, fault_engines: Engines) -> None:
    fault_bench.worker("catalog").wait_ready()
    fault_bench.worker("registration").wait_ready()
    for _ in range(5):
        fault_bench.commit(*sessions(200))
    eventually(lambda: len(fault_bench.effects()) > 50)

    fault_engines.kill("rabbitmq")
    fault_engines.start("rabbitmq")
    fault_engines.wait("rabbitmq")

    fault_bench.wait_settled(1000, seconds=60)
    assert len(set(fault_bench.effects())) == len(fault_bench.effects()) == 1000


@pytest.mark.promise("P12")
def test_while_the_database_is_away_messages_are_held_and_no_process_dies(
    fault_bench: Bench, fault_engines: Engines
) -> None:
    relay, worker = fault_bench.worker("catalog").wait_ready(), fault_bench.worker("registration").wait_ready()
    fault_bench.commit(*sessions(10))
    bodies = fault_bench.documents()
    fault_bench.wait_settled(10)

    fault_engines.stop("postgres")
    fault_bench.send(*bodies)  # these were seen: they must neither be lost nor counted again
    fault_engines.start("postgres")
    fault_engines.wait("postgres")
    fault_bench.commit(*sessions(10))

    fault_bench.wait_settled(20, seconds=60)
    assert len(fault_bench.effects()) == 20
    assert relay.is_running()
    assert worker.is_running()


def test_a_database_killed_in_the_middle_of_a_stream_costs_nothing(fault_bench: Bench, fault_engines: Engines) -> None:
    fault_bench.worker("catalog").wait_ready()
    fault_bench.worker("registration").wait_ready()
    for _ in range(5):
        fault_bench.commit(*sessions(200))
    eventually(lambda: len(fault_bench.effects()) > 50)

    fault_engines.kill("postgres")
    fault_engines.start("postgres")
    fault_engines.wait("postgres")

    fault_bench.wait_settled(1000, seconds=60)
    assert len(set(fault_bench.effects())) == len(fault_bench.effects()) == 1000
