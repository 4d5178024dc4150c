"""Connections to RabbitMQ, and the names of its exchanges and queues. Services declare nothing:
deploy/rabbitmq/definitions.json does.
"""

import random
import struct
from typing import Any

from amqp import serialization
from amqp.exceptions import AMQPError, FrameSyntaxError
from amqp.spec import Basic
from kombu.connection import Connection
from kombu.exceptions import KombuError

from shared.messaging.tls_transport import TLSTransport, ssl_options
from shared.settings import Settings, read_secret

EXCHANGE = "events"

# All that a broker which is away, refuses or stalls can raise.
BROKER_ERRORS = (OSError, AMQPError, KombuError)

HEARTBEAT = 10

# The next node to try, by process.
_turns: dict[str, int] = {}


def connect(settings: Settings, process: str) -> Connection:
    """A connection that is not opened yet, bounded in every wait. kombu's own default is no heartbeat at all.

    Where BROKER_URL names several nodes, each `process` begins with any of them, so that load is spread, and goes on to
    the next with every connection, so that all nodes are tried in as many attempts. kombu's own alternates would be
    tried without the password of the file.
    """
    serialization.PROPERTY_CLASSES[Basic.CLASS_ID] = read_properties
    nodes = node_urls(settings)
    turn = _turns.get(process, random.randrange(len(nodes)))  # noqa: S311 - not a secret
    _turns[process] = turn + 1
    url = nodes[turn % len(nodes)]
    connection = Connection(
        url,
        transport=TLSTransport,
        password=read_secret(settings.broker_password_file) or _password_in(url),
        heartbeat=HEARTBEAT,
        connect_timeout=5,
        transport_options={
            "read_timeout": 30,
            "write_timeout": 10,
            "client_properties": {"connection_name": process},
        },
    )
    # Set here, since options in the URL would override an argument.
    connection.ssl = ssl_options(url, settings.broker_ca_file)
    return connection


def node_urls(settings: Settings) -> list[str]:
    """The nodes that BROKER_URL names, which are separated by `;`."""
    return [url for part in settings.broker_url.split(";") if (url := part.strip())]


def read_properties(buf: bytes, offset: int) -> tuple[dict[str, Any], int]:
    """The properties of a message; none where they cannot be read, such as a content type that is no UTF-8. Nothing of
    ours depends on them, and py-amqp would end the connection over them, each time that the message came again.
    """
    try:
        return serialization.decode_properties_basic(buf, offset)
    except (ValueError, OverflowError, OSError, RecursionError, TypeError, struct.error, FrameSyntaxError):
        return {"unreadable": bytes(buf[:200])}, len(buf)


def abandon(connection: Connection) -> None:
    """Let go of a connection without a word to the broker: closing politely hangs while an alarm blocks it."""
    connection.collect(socket_timeout=0.5)


def backoff(attempt: int) -> float:
    """Seconds to wait before the next attempt to reconnect: growing from 0.5 to 30, jittered so that replicas do not
    return together.
    """
    return min(0.5 * 2 ** min(attempt, 6), 30) * random.uniform(0.5, 1)  # noqa: S311 - not a secret


def check_topology(connection: Connection, queue: str) -> None:
    """Raise one of `ERRORS` where the exchange or the service's own queue is missing."""
    with connection.channel() as channel:
        channel.exchange_declare(EXCHANGE, "topic", passive=True)
        channel.queue_declare(queue, passive=True)


def _password_in(url: str) -> str | None:
    return Connection(url).password
