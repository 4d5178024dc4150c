"""Whatever comes over the wire is read, or refused with one kind of error."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.envelope import NotAnEvent, UnknownType, load, parse_envelope, registry
from tests.contracts.examples import EXAMPLES, document_of

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", sorted(registry))
def test_an_event_is_read_as_it_was_written_and_what_is_unknown_in_it_is_ignored(kind: str) -> None:
    document = document_of(kind)
    document["data"]["a_member_of_a_later_version"] = 1

    _, read = parse_envelope(orjson.dumps(document))
    event, envelope = load(read)

    assert event == EXAMPLES[kind]
    assert (envelope.type, envelope.correlation_id) == (kind, "a-request")


@pytest.mark.parametrize("revision", [2**63, 2**70, -(2**63) - 1, 1.5, "1", True])
def test_a_whole_number_in_a_contract_is_one_that_can_be_kept_and_written_again(revision: object) -> None:
    document = document_of("catalog.session.published")
    document["data"]["session"]["revision"] = revision

    with pytest.raises(UnknownType, match=r"breaks its contract in: session\.revision$"):
        load(document)


@pytest.mark.parametrize("subject", ["nobody", "019a0000-0000-7000-8000-000000000000"])
@pytest.mark.parametrize("kind", sorted(registry))
def test_an_event_is_of_the_thing_that_its_data_are_of(kind: str, subject: str) -> None:
    with pytest.raises(UnknownType, match=r"breaks its contract in: subject$"):
        load({**document_of(kind), "subject": subject})


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_event(body: bytes) -> None:
    with pytest.raises(NotAnEvent):
        parse_envelope(body)


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(registry)),
    st.sampled_from(["id", "type", "source", "subject", "time", "sequence", "data"]),
    ANY_JSON,
)
def test_an_event_with_anything_in_place_of_a_member_is_read_or_refused(kind: str, member: str, value: object) -> None:
    document = {**document_of(kind), member: value}
    try:
        _, read = parse_envelope(orjson.dumps(document))
        load(read)
    except (NotAnEvent, UnknownType):
        pass
