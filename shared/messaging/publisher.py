"""Publishing in a pipeline: a batch goes out at once, the next one may follow, and each message's own delivery tag is
waited for.

py-amqp's own wait for a confirm takes any confirm for the one it waits for, so the tags are tracked here. After any
trouble the connection is dropped and the caller marks nothing: what was not confirmed may have arrived all the same,
and consumers know duplicates.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any
from uuid import UUID

from amqp.basic_message import Message
from kombu.connection import Connection

from shared.events.envelope import CONTENT_TYPE
from shared.messaging import broker
from shared.messaging.outbox import Unpublished


class MessagesRefused(Exception):
    """The broker returned or nacked these messages: they are at fault, not the line."""

    def __init__(self, event_ids: set[UUID], reason: str) -> None:
        super().__init__(reason)
        self.event_ids = event_ids
        self.reason = reason


class Publisher:
    """A channel in confirm mode on a connection of its own, since the broker blocks publishing connections during an
    alarm.
    """

    def __init__(self, connection: Connection, *, patience: float = 10.0) -> None:
        self.connection = connection
        self.patience = patience
        connection.connect()
        # py-amqp would look before each message whether the broker has said that it blocks publishers. It then reads
        # nothing more from this line, and the write that does not go through in time (`write_timeout`) tells so too.
        amqp: Any = connection.connection
        amqp.client_properties["capabilities"].pop("connection.blocked", None)
        self.channel = connection.channel()
        self.channel.confirm_select()
        events: Any = self.channel.events
        events["basic_ack"].add(self._on_ack)
        events["basic_nack"].add(self._on_nack)
        events["basic_return"].add(self._on_return)
        self.tag = 0
        self.waiting: dict[int, UUID] = {}
        self.refused: set[UUID] = set()
        self.reason = ""

    def send(self, batch: Sequence[Unpublished]) -> int:
        """Send every message of the batch, in order; returns the delivery tag of the last. Raises one of
        `broker.ERRORS`; after that this publisher is not used again.
        """
        for message in batch:
            self._send(message)
        return self.tag

    def confirm(self, tag: int) -> None:
        """Return when every message up to that tag is confirmed.

        Raises `Refused` naming the messages that came back, or one of `broker.ERRORS`; after either this publisher is
        not used again.
        """
        deadline = time.monotonic() + self.patience
        while any(waiting <= tag for waiting in self.waiting):
            self.connection.drain_events(timeout=max(deadline - time.monotonic(), 0.001))
        if self.refused:
            raise MessagesRefused(self.refused, self.reason)

    def beat(self) -> None:
        """Keep the connection alive while there is nothing to publish, and notice that the broker closed it."""
        self.connection.heartbeat_check()
        with suppress(TimeoutError):
            self.connection.drain_events(timeout=0.001)

    def _send(self, message: Unpublished) -> None:
        self.tag += 1
        self.waiting[self.tag] = message.event_id
        self.channel.basic_publish(
            Message(
                message.body,  # pyright: ignore[reportArgumentType] - bytes are what goes out
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=str(message.event_id),
            ),
            exchange=broker.EXCHANGE,
            routing_key=message.type,
            mandatory=True,
        )

    def _settle(self, tag: int, multiple: bool) -> list[UUID]:
        tags = list(takewhile(lambda known: known <= tag, self.waiting)) if multiple else [tag]
        return [self.waiting.pop(known) for known in tags if known in self.waiting]

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self.refused.update(self._settle(tag, multiple))
        self.reason = "nacked by the broker"

    def _on_return(self, error: Exception, _exchange: str, _key: str, message: Any) -> None:
        self.refused.add(UUID(message.properties["message_id"]))
        self.reason = f"returned by the broker: {error}"
