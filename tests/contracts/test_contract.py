"""An event that breaks its contract is found before it goes out, by a shorter way than reading what was written."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow
import orjson
import pytest

from shared.events.contract import contract_errors
from shared.events.envelope import Event, registry, schema_of, wrap
from tests.contracts.examples import EXAMPLES, MOMENT

# Values that a bug might put into a member.
STRANGE: list[Any] = [None, "", "x", b"x", 1, 2**63, -1, 1.5, float("nan"), True, [], ["x"], [None], {}, {"x": 1}]
STRANGE += [UUID(int=7), MOMENT, MOMENT.replace(tzinfo=None)]


def changed(thing: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the path of each member at any depth, and the dataclass with `value` as that member."""
    for field in fields(thing):
        yield field.name, replace(thing, **{field.name: value})
        inner: Any = getattr(thing, field.name)
        many = isinstance(inner, list) and bool(inner)
        one = inner[0] if many else inner
        for path, deeper in changed(one, value) if is_dataclass(one) else ():
            yield f"{field.name}.{path}", replace(thing, **{field.name: [deeper] if many else deeper})


def said_by_marshmallow(event: Event) -> bool:
    """Return whether marshmallow finds a fault when it writes the event and reads it again."""
    schema = schema_of(type(event))
    try:
        return bool(schema.validate(orjson.loads(orjson.dumps(schema.dump(event)))))
    except (AttributeError, TypeError, ValueError):  # what it cannot even write
        return True


@pytest.mark.parametrize("kind", sorted(registry))
def test_what_goes_out_is_what_the_schema_writes(kind: str) -> None:
    event = EXAMPLES[kind]

    _, document = wrap(event, time=datetime.now(UTC))

    assert document["data"] == schema_of(type(event)).dump(event)


@pytest.mark.parametrize("kind", sorted(registry))
def test_whatever_marshmallow_would_find_is_found(kind: str) -> None:
    missed = [
        (path, value)
        for value in STRANGE
        for path, event in changed(EXAMPLES[kind], value)
        if said_by_marshmallow(event) and not found(event)
    ]

    assert missed == []


def test_a_thing_of_another_kind_is_found_where_nothing_of_the_right_one_is_required() -> None:
    """Marshmallow writes nothing of such a member, and finds no fault in that."""
    series: Any = EXAMPLES["catalog.series.published"]
    broken: Callable[..., Any] = replace

    assert found(broken(series, series=broken(series.series, audience="everybody")))


def found(event: Event) -> bool:
    try:
        return bool(contract_errors(schema_of(type(event)), event))
    except (AttributeError, TypeError, ValueError):
        return True


def test_a_broken_event_is_refused_and_its_members_are_named() -> None:
    event: Any = EXAMPLES["registration.registration.confirmed"]
    broken: Callable[..., Any] = replace
    registration = broken(event.registration, status="lost", person=broken(event.registration.person, email=None))

    with pytest.raises(marshmallow.ValidationError) as refusal:
        wrap(broken(event, registration=registration), time=datetime.now(UTC))

    [told] = refusal.value.messages_dict.values()
    assert told["registration"].keys() == {"status", "person"}
    assert told["registration"]["person"].keys() == {"email"}
