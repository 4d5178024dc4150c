"""Events that are wrong in every way that we could think of, for the event door."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from amqp.basic_message import Message
from hypothesis import strategies as st

from shared import runtime
from shared.events.envelope import CONTENT_TYPE, registry
from tests.broker_messages import make_message
from tests.contracts.examples import document_of
from tests.messaging.bench import key_of

DEEP: Any = 1
for _ in range(400):
    DEEP = [DEEP]
VALUES = [
    *(None, True, -1, 0, 2**31, 2**63, 2**70, 1.5, 1e308, "", " ", "\0", "x" * 100_000, "é\u2028\u202e", "1e9", "NaN"),
    *("infinity", "0000-00-00", "+010000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00Z"),
    *("'; DROP TABLE inbox; --", "{{7*7}}", "%s", "\ud800", [], {}, [[]], {"": None}, [None], DEEP),
]


class Lent:
    """The database of a consumer, which is the connection that is lent here."""

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        with runtime.transaction() as conn:
            yield conn

    transaction = connection


def message(body: bytes, **properties: Any) -> Message:
    """The message as the broker delivers it."""
    made = make_message(body, content_type=CONTENT_TYPE, **properties)
    made.delivery_info = {  # pyright: ignore[reportAttributeAccessIssue] - None until it is delivered
        "routing_key": key_of(body)
    }
    return made


def good() -> tuple[str, Message]:
    """An event that every service takes, and its id."""
    id = str(uuid4())
    return id, message(write({**document_of("catalog.session.published"), "id": id}))


def write(document: Any) -> bytes:
    """As JSON by the standard library, which also writes what is deep, long or no text."""
    return json.dumps(document).encode()


def places(document: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value in a document."""
    if isinstance(document, dict):
        inner = list(document.items())
    else:
        inner = list(enumerate(document)) if isinstance(document, list) else []
    return [way for name, value in inner for way in ((*above, name), *places(value, (*above, name)))]


# Each time they are read they are new: the next change may be to what is in one.
WRITTEN = [write(value) for value in VALUES]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An event of a type that there is, in which up to three places hold something else, or nothing."""
    document = {**document_of(draw(st.sampled_from(sorted(registry)))), "id": str(draw(st.uuids(version=4)))}
    for _ in range(draw(st.integers(1, 3))):
        *above, name = draw(st.sampled_from(places(document)))
        held: Any = document
        for step in above:
            held = held[step]
        if draw(st.booleans()):
            held[name] = json.loads(draw(st.sampled_from(WRITTEN)))
        elif isinstance(held, dict):
            del held[name]
    return write(document)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
BAD = st.one_of(mutated(), mutated(), st.binary(max_size=200), ANY_JSON.map(write))
