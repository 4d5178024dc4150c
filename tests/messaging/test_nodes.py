"""BROKER_URL may name several nodes of a cluster, even if some are down."""

from pathlib import Path

from shared.events.catalog import SessionPublished
from shared.messaging import broker
from tests.messaging.bench import Bench
from tests.messaging.broker_settings import make_settings
from tests.messaging.probe import make_session

AWAY = "amqp://nobody@127.0.0.1:1/convene"


def test_every_node_is_used_with_the_password_of_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("right\n")
    settings = make_settings("amqp://me@one:5001/convene; amqp://me@two:5002/convene;", secret)

    drawn = [broker.connect(settings, "test") for _ in range(2)]

    assert {(c.hostname, c.port) for c in drawn} == {("one", 5001), ("two", 5002)}
    assert {(c.userid, c.password, c.virtual_host) for c in drawn} == {("me", "right", "convene")}


def test_each_node_may_have_a_password_of_its_own() -> None:
    settings = make_settings("amqp://me:1st@one/convene;amqp://me:2nd@two/convene")

    drawn = [broker.connect(settings, "test") for _ in range(2)]

    assert {(c.hostname, c.password) for c in drawn} == {("one", "1st"), ("two", "2nd")}


def test_events_go_through_the_node_that_is_there(bench: Bench) -> None:
    for service in ("catalog", "registration"):
        real = bench.environments[service]["BROKER_URL"]
        bench.worker(service, BROKER_URL=f"{AWAY};{real};{AWAY}")
    bench.commit(*[SessionPublished(session=make_session()) for _ in range(10)])

    bench.wait_settled(10, seconds=60)

    assert len(bench.effects()) == 10
