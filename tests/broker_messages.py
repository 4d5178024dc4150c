"""Messages for RabbitMQ. The stubs of `amqp` say that a body is text, and mistake the type of `basic_publish`."""

from typing import Any

import amqp


def make_message(body: bytes, kind: type[amqp.Message] = amqp.Message, **properties: Any) -> amqp.Message:
    """Return a message with this body."""
    return kind(body, **properties)  # pyright: ignore[reportArgumentType] - bytes are what goes out


def publish(channel: amqp.Channel, message: amqp.Message, exchange: str, routing_key: str) -> None:
    """Send the message without waiting for the broker's confirmation."""
    channel.basic_publish(message, exchange, routing_key)  # pyright: ignore[reportArgumentType] - a bound method
