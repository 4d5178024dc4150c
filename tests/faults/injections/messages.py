"""Messages that come twice, in another order, or are none: what a broken line, publisher or operator makes of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from uuid import uuid4

import amqp

from deploy.native.services import SERVICES
from tests.broker_messages import make_message
from tests.faults.injections.injection import Injection
from tests.faults.site import FaultSite

EVENTS = "events"
BINDINGS = {
    "catalog": ("registration.availability.changed",),
    "registration": ("catalog.series.*", "catalog.session.*", "catalog.recording.*", "notifications.person.erased"),
    "notifications": ("catalog.#", "registration.#"),
}
JSON = "application/cloudevents+json"
NONSENSE = (
    b"\x00\xff\xfe not even text",
    b"{",
    b"[]",
    b'{"specversion": "1.0", "type": "registration.registration.confirmed"}',
    json.dumps({"specversion": "1.0", "id": "1", "source": "catalog", "type": "catalog.session.updated"}).encode(),
)
# By service, what was sent, and what of it the broker confirmed.
nonsense_sent, nonsense_confirmed = (dict.fromkeys(SERVICES, 0) for _ in range(2))


@contextmanager
def _channel(site: FaultSite) -> Iterator[amqp.Channel]:
    user, address = site.nemesis_url().split("@")
    name, password = user.split(":")
    host, vhost = address.split("/")
    with (
        amqp.Connection(host, name, password, virtual_host=vhost, connect_timeout=5) as connection,
        connection.channel() as channel,
    ):
        yield channel


def _send_nonsense(site: FaultSite, random: Random) -> str:
    """To each service's own queue, so that it is known who must have set it aside."""
    service = random.choice(SERVICES)
    with _channel(site) as channel:
        channel.confirm_select()
        for _ in range(5):
            body = random.choice(NONSENSE)
            message = make_message(body, content_type=JSON, delivery_mode=2, message_id=str(uuid4()))
            nonsense_sent[service] += 1
            channel.basic_publish_confirm(message, "", service)
            nonsense_confirmed[service] += 1
    return f"5 to {service}"


def _intercept(site: FaultSite, random: Random, service: str) -> str:
    """Lead a service's messages aside for a while. They come back twice, and in another order, `_give_back`."""
    with _channel(site) as channel:
        channel.queue_declare(_aside(service), durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        for key in BINDINGS[service]:
            channel.queue_bind(_aside(service), EVENTS, key)
        for key in BINDINGS[service]:
            channel.queue_unbind(service, EVENTS, key)
    _intercepted.append((service, random))
    return service


def _give_back(site: FaultSite) -> None:
    """The usual way is open first, so that later messages overtake those that were led aside."""
    while _intercepted:
        service, random = _intercepted[-1]
        with _channel(site) as channel:
            channel.confirm_select()
            for key in BINDINGS[service]:
                channel.queue_bind(service, EVENTS, key)
            for key in BINDINGS[service]:
                channel.queue_unbind(_aside(service), EVENTS, key)
            held: list[amqp.Message] = []
            while isinstance(message := channel.basic_get(_aside(service)), amqp.Message):
                held.append(message)
            again = held + random.sample(held, len(held) // 2)
            random.shuffle(again)
            for message in again:
                copy = amqp.Message(message.body, **message.properties)
                assert message.delivery_info
                # Under its own key, without which nobody believes it; others that hear it get it once more too.
                channel.basic_publish_confirm(copy, EVENTS, message.delivery_info["routing_key"])
            if held:
                channel.basic_ack(held[-1].delivery_tag, multiple=True)
            channel.queue_delete(_aside(service))
        _intercepted.pop()


def _aside(service: str) -> str:
    return f"aside.{service}"


_intercepted: list[tuple[str, Random]] = []


def nonsense() -> dict[str, tuple[int, int]]:
    """How many messages that are no events each service was sent in this run: at least, and at most."""
    return {service: (nonsense_confirmed[service], nonsense_sent[service]) for service in SERVICES}


def forget() -> None:
    """A new run begins."""
    for counted in (nonsense_sent, nonsense_confirmed):
        counted.update(dict.fromkeys(SERVICES, 0))
    _intercepted.clear()


INJECTIONS = (
    Injection("messages that are no events", "messages", _send_nonsense),
    *(
        Injection(
            f"messages to {service} twice and in another order",
            "messages",
            lambda site, random, service=service: _intercept(site, random, service),
            _give_back,
            (3.0, 6.0),
        )
        for service in SERVICES
    ),
)
