"""Events of the previous release are understood by this tree, and those of this tree by the previous release."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.servers.databases import ROOT
from tests.upgrade import contracts
from tests.upgrade.releases import Tree

# Both run with the code of a release.
SAY = """
import orjson
from shared.events import asyncapi
from tests.contracts.examples import EXAMPLES, document_of
schemas = asyncapi.document({})["components"]["schemas"]
print(orjson.dumps({"events": {kind: document_of(kind) for kind in EXAMPLES}, "schemas": schemas}).decode())
"""
HEAR = """
import sys, orjson
from shared.events import asyncapi
from shared.events import envelope
from shared.events.envelope import NotAnEvent, UnknownType, load, registry
parse = getattr(envelope, "parse_envelope", None) or envelope.open_envelope  # its name in 0.1.0
refused = {}
for kind, document in orjson.loads(open(sys.argv[1]).read()).items():
    try:
        load(parse(orjson.dumps(document))[1])
    except (NotAnEvent, UnknownType) as error:
        refused[kind] = str(error)
print(orjson.dumps({"refused": refused, "known": sorted(registry)}).decode())
"""
Said = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def before(previous: Tree) -> Said:
    return orjson.loads(previous.run("-c", SAY))


@pytest.fixture(scope="module")
def now() -> Said:
    return orjson.loads(Tree(ROOT).run("-c", SAY))


def refusals(tree: Tree, events: dict[str, Any], folder: Path) -> dict[str, str]:
    """Why the code of `tree` refuses which of these events; one of a type that it does not know, it never handles."""
    file = folder / "events.json"
    file.write_bytes(orjson.dumps(events))
    heard = orjson.loads(tree.run("-c", HEAR, str(file)))
    return {kind: why for kind, why in heard["refused"].items() if kind in heard["known"]}


def test_this_tree_understands_the_previous_release(before: Said, tmp_path: Path) -> None:
    assert refusals(Tree(ROOT), before["events"], tmp_path) == {}


def test_the_previous_release_understands_this_tree(previous: Tree, now: Said, tmp_path: Path) -> None:
    assert refusals(previous, now["events"], tmp_path) == {}


def test_no_event_of_the_previous_release_is_gone(before: Said, now: Said) -> None:
    assert before["events"].keys() - now["events"].keys() == set()


def test_contracts_only_grew(before: Said, now: Said) -> None:
    grown = now["schemas"]

    assert before["schemas"].keys() - grown.keys() == set()
    assert [line for name, old in before["schemas"].items() for line in contracts.breaks(old, grown[name], name)] == []


def test_who_does_not_understand_is_found(previous: Tree, now: Said, tmp_path: Path) -> None:
    kind, event = next(iter(now["events"].items()))

    assert kind in refusals(previous, {kind: {**event, "data": {}}}, tmp_path)


SESSION = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "seats": {"type": ["integer", "null"]},
        "status": {"enum": ["open", "closed"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def changed(name: str, schema: dict[str, Any] | None, required: list[str] | None = None) -> dict[str, Any]:
    members = {**SESSION["properties"], name: schema}
    kept = {key: value for key, value in members.items() if value is not None}
    return {**SESSION, "properties": kept, "required": SESSION["required"] if required is None else required}


@pytest.mark.parametrize(
    "schema",
    [
        changed("room", {"type": "string"}),
        changed("status", {"enum": ["open", "closed", "full"]}),
        changed("id", {"type": "string", "format": "uuid", "description": "in words"}),
    ],
    ids=["a further member", "a further value", "a remark"],
)
def test_what_grows_is_allowed(schema: dict[str, Any]) -> None:
    assert contracts.breaks(SESSION, schema, "Session") == []


@pytest.mark.parametrize(
    "schema",
    [
        changed("seats", None),
        changed("seats", {"type": "integer"}),
        changed("status", {"enum": ["open"]}),
        changed("tags", {"type": "array", "items": {"type": "integer"}}),
        changed("id", {"type": "string"}),
        changed("tags", {"enum": ["one"]}),
        changed("room", {"type": "string"}, ["id", "room"]),
        changed("room", {"type": "string"}, []),
    ],
    ids=["gone", "narrower", "a value less", "other items", "another format", "few values", "demanded", "not given"],
)
def test_what_shrinks_is_found(schema: dict[str, Any]) -> None:
    assert len(contracts.breaks(SESSION, schema, "Session")) >= 1
