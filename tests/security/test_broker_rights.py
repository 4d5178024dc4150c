"""What a user of the broker may: each line of the table is tried, as every user that it names."""

from collections.abc import Iterator
from contextlib import contextmanager

import amqp
import pytest

from deploy.secrets import definitions
from tests import broker_messages
from tests.servers.engines import SERVICES, Engines

OPERATOR = "operator"
USERS = (*SERVICES, OPERATOR)
# What is refused: the line, who tries it, the method of a channel, and its arguments. `{own}` is the service's own
# queue, `{other}` another's. Each publishing is confirmed, so that the broker says what it thinks of it.
REFUSED: list[tuple[str, tuple[str, ...], str, tuple[str, ...]]] = [
    ("publish an event of another service", SERVICES, "publish", ("events", "{other}.a.b")),
    ("publish an event of nobody", SERVICES, "publish", ("events", "a.b")),
    ("publish an event whose name only begins alike", SERVICES, "publish", ("events", "{own}s.a")),
    ("publish an event as operator", (OPERATOR,), "publish", ("events", "catalog.a.b")),
    ("put a message into another's queue", USERS, "publish", ("", "{other}")),
    ("put a message into its own queue", SERVICES, "publish", ("", "{own}")),
    ("publish to `dead`", USERS, "publish", ("dead", "")),
    ("publish to `unroutable`", USERS, "publish", ("unroutable", "")),
    ("publish to `amq.topic`", USERS, "publish", ("amq.topic", "{own}.a.b")),
    ("write the broker's log", USERS, "publish", ("amq.rabbitmq.log", "")),
    ("read another's queue", USERS, "basic_get", ("{other}",)),
    ("consume another's queue", USERS, "basic_consume", ("{other}",)),
    ("empty another's queue", USERS, "queue_purge", ("{other}",)),
    ("read what was set aside", SERVICES, "basic_get", ("dead",)),
    ("read what nobody hears", SERVICES, "basic_get", ("unroutable",)),
    ("declare a queue", USERS, "queue_declare", ("mine",)),
    ("declare a queue of its own name", USERS, "queue_declare", ("{own}.mine",)),
    ("declare a queue that the broker names", USERS, "queue_declare", ("",)),
    ("declare an exchange", USERS, "exchange_declare", ("mine", "topic")),
    ("delete its own queue", SERVICES, "queue_delete", ("{own}",)),
    ("delete another's queue", USERS, "queue_delete", ("{other}",)),
    ("delete the exchange", USERS, "exchange_delete", ("events",)),
    ("hear more", SERVICES, "queue_bind", ("{own}", "events", "#")),
    ("hear everything that the broker does", USERS, "queue_bind", ("{own}", "amq.rabbitmq.trace", "#")),
    ("let another hear less", USERS, "queue_unbind", ("{other}", "events", "{own}.#")),
    ("lead events elsewhere", USERS, "exchange_bind", ("amq.topic", "events", "#")),
]
LINES = [(user, what, method, args) for what, users, method, args in REFUSED for user in users]


@contextmanager
def channel_of(engines: Engines, vhost: str, user: str, password: str | None = None) -> Iterator[amqp.Channel]:
    """A channel of `user` on which the broker answers for each message."""
    address = f"{engines.host}:{engines.amqp_port}"
    secret = engines.secret(f"{user}-broker-password") if password is None else password
    with (
        amqp.Connection(address, user, secret, virtual_host=vhost, confirm_publish=True, connect_timeout=5) as line,
        line.channel() as channel,
    ):
        yield channel


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize(("user", "what", "method", "args"), LINES, ids=[f"{line[0]}-{line[1]}" for line in LINES])
def test_the_broker_refuses_to(
    engines: Engines, vhost: str, user: str, what: str, method: str, args: tuple[str, ...]
) -> None:
    own = user if user in SERVICES else "catalog"
    other = SERVICES[SERVICES.index(own) - 1]
    told = [word.format(own=own, other=other) for word in args]

    with channel_of(engines, vhost, user) as channel, pytest.raises(amqp.AccessRefused):
        publish(channel, *told) if method == "publish" else getattr(channel, method)(*told)


def publish(channel: amqp.Channel, exchange: str, key: str) -> None:
    broker_messages.publish(channel, broker_messages.make_message(b"{}"), exchange, key)


@pytest.mark.covers("API8:2023")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_publishes_its_own_events_and_reads_its_own_queue(
    engines: Engines, vhost: str, empty_queues: None, service: str
) -> None:
    with channel_of(engines, vhost, service) as channel:
        publish(channel, "events", f"{service}.thing.happened")
        channel.basic_consume(service)


@pytest.mark.covers("API8:2023", "ASVS 13.2.3")
@pytest.mark.parametrize(("user", "password"), [("guest", "guest"), ("catalog", "catalog"), ("catalog", ""), ("", "")])
def test_nobody_enters_by_a_password_that_is_known(engines: Engines, vhost: str, user: str, password: str) -> None:
    with pytest.raises(amqp.AccessRefused), channel_of(engines, vhost, user, password):
        pass


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("user", USERS)
def test_a_user_enters_no_other_virtual_host(engines: Engines, user: str) -> None:
    with pytest.raises(amqp.NotAllowed), channel_of(engines, "/", user):
        pass


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
def test_no_service_may_use_the_console_and_the_operator_only_looks() -> None:
    users = definitions(dict.fromkeys(USERS, "password"))["users"]

    assert {user["name"]: user["tags"] for user in users} == {**{s: [] for s in SERVICES}, OPERATOR: ["monitoring"]}
