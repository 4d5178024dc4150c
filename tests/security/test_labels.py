"""What an event says of itself is held to the key that the broker let it be published under."""

from typing import Any
from uuid import uuid4

import amqp
import pytest

from shared.events.envelope import CONTENT_TYPE, registry
from tests.broker_messages import make_message
from tests.contracts.examples import document_of
from tests.messaging.bench import HEARD, Bench
from tests.processes import Process
from tests.security.events import write
from tests.servers.engines import SERVICES
from tests.waiting import eventually

# What a service publishes and which another one hears.
OWN = {
    "catalog": HEARD,
    "registration": "registration.availability.changed",
    "notifications": "notifications.person.erased",
}


def document(type: str) -> dict[str, Any]:
    return {**document_of(type), "id": str(uuid4())}


def publish(bench: Bench, user: str, key: str, *bodies: bytes) -> None:
    """As the process of a service would, by its own user and password."""
    credentials, address = bench.environments[user]["BROKER_URL"].removeprefix("amqp://").split("@")
    host, vhost = address.split("/")
    name, password = credentials.split(":")
    with amqp.Connection(host, name, password, virtual_host=vhost) as connection, connection.channel() as channel:
        channel.confirm_select()
        for body in bodies:
            channel.basic_publish_confirm(make_message(body, content_type=CONTENT_TYPE, delivery_mode=2), "events", key)


@pytest.mark.covers("API10:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("user", SERVICES)
def test_no_service_says_what_is_another_ones_to_say(bench: Bench, user: str) -> None:
    others = [type for type in registry if type.partition(".")[0] != user]
    listener = "registration" if user != "registration" else "catalog"

    publish(bench, user, OWN[user], *[write(document(type)) for type in others])
    worker = Process(f"services.{listener}", "worker", environment=bench.environments[listener])
    bench.processes.append(worker)
    worker.start().wait_ready()

    count = "SELECT count(*) FROM quarantine WHERE reason = 'its routing key and its type differ'"
    eventually(lambda: bench.value(count, service=listener) == len(others), seconds=30)
    assert bench.value("SELECT count(*) FROM inbox", service=listener) == 0
    for type in others:
        with pytest.raises(amqp.AccessRefused):
            publish(bench, user, type, write(document(type)))


@pytest.mark.covers("API10:2023")
def test_a_source_that_is_not_the_publisher_of_the_type_is_set_aside(bench: Bench) -> None:
    publish(bench, "catalog", HEARD, write({**document(HEARD), "source": "registration"}), write(document(HEARD)))
    bench.worker("registration").wait_ready()

    eventually(lambda: bench.value("SELECT count(*) FROM inbox WHERE status = 'done'") == 1, seconds=30)
    assert bench.value("SELECT reason FROM quarantine") == "its source and its type differ"


@pytest.mark.covers("API10:2023")
def test_what_was_set_aside_for_its_label_is_not_put_back(bench: Bench) -> None:
    type = "registration.registration.promoted"
    publish(bench, "catalog", HEARD, write(document(type)))
    worker = bench.worker("registration")
    worker.wait_ready()
    eventually(lambda: bench.value("SELECT count(*) FROM quarantine") == 1, seconds=30)

    id = str(bench.value("SELECT id FROM quarantine"))
    answer = bench.command("quarantine", "replay", id)

    assert answer.returncode != 0
    assert "its routing key and its type differ" in answer.stdout + answer.stderr
    assert bench.value("SELECT count(*) FROM inbox") == 0
