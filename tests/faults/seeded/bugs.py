"""The bugs, by name. Each widens its window, so that a short run meets it."""

import time
from collections.abc import Callable
from threading import Event
from types import ModuleType
from typing import Any

from kombu.connection import Connection as BrokerConnection
from psycopg import Connection

from shared.messaging import consumer, outbox, relay
from shared.messaging.publisher import Publisher

WINDOW = 0.1  # seconds


def ack_before_commit() -> None:
    """The consumer acknowledges what it has not stored yet."""

    def store(self: consumer.Consumer, _connection: BrokerConnection, _stop: Event) -> None:
        batch: list[Any] = list(self.held)
        batch[-1].channel.basic_ack(batch[-1].delivery_tag, multiple=True)
        del self.held[: len(batch)]
        time.sleep(WINDOW)
        self._commit(batch)

    setattr(consumer.Consumer, "_store", store)  # noqa: B010


def mark_before_confirm() -> None:
    """The relay marks what the broker has not confirmed yet."""

    def carry(self: relay.Relay, conn: Connection, publisher: Publisher, stop: Event) -> int:
        batch = outbox.select_unpublished(conn, limit=relay.BATCH)
        if batch:
            outbox.mark_published(conn, [event.event_id for event in batch])
            time.sleep(WINDOW)
            publisher.confirm(publisher.send(batch))
        return len(batch)

    relay.Relay.carry = carry


def seat_without_lock() -> None:
    """A seat is counted by what was read before the lock was had; nobody takes the fast path."""
    from services.registration.seats import placement_queries
    from services.registration.sign_up import fast_path

    stale = "(SELECT seen.taken FROM seats AS seen WHERE seen.session_id = %(session_id)s)"
    usual = placement_queries.take_place

    def take_place(*args: Any, **kwargs: Any) -> Any:
        taken = usual(*args, **kwargs)
        time.sleep(WINDOW)
        return taken

    _reword(
        placement_queries,
        "fetch_one",
        {"SET taken = taken +": f"SET taken = {stale} +", "(taken < ceiling": f"({stale} < ceiling"},
    )
    placement_queries.take_place = take_place
    fast_path.prepare = lambda *_: None


def ignore_sequence() -> None:
    """A projection takes over any state, even one older than what it holds."""
    from services.registration.catalog_projection import handlers
    from shared.projections import upsert_newer

    def upsert(*args: Any, **options: Any) -> bool:
        return upsert_newer(*args, **{**options, "replaces": "true"})

    handlers.upsert_newer = upsert


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug for bug in (ack_before_commit, mark_before_confirm, seat_without_lock, ignore_sequence)
}


def plant(name: str) -> None:
    """Put a bug into this process. Raises KeyError for one that there is not."""
    BUGS[name]()


def _reword(module: ModuleType, function: str, words: dict[str, str]) -> None:
    """Let the statements that a module of queries runs say something else."""
    usual = getattr(module, function)

    def run(*args: Any, **params: Any) -> Any:
        reworded = list(args)
        for place, arg in enumerate(args):
            if isinstance(arg, str):
                for old, new in words.items():
                    reworded[place] = reworded[place].replace(old, new)
        return usual(*reworded, **params)

    setattr(module, function, run)
