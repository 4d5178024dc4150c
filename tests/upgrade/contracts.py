"""Compare the JSON Schemas of an event in two releases: only optional members may be added."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
# Says nothing about which events are valid.
REMARKS = {"default", "description", "example", "examples", "metadata", "title"}
BY_PARTS = {"additionalProperties", "enum", "items", "properties", "required", "type"}


def breaks(old: Schema, new: Schema, path: str) -> list[str]:
    """List where `new` rejects an event that is valid by `old`, or allows one without a member that `old` requires."""
    return list(_breaks(old, new, path))


def _breaks(old: Schema, new: Schema, path: str) -> Iterator[str]:
    yield from _members(old, new, path)
    if lost := _types(old) - _types(new):
        yield f"{path}: is {', '.join(sorted(lost))} no more"
    if "enum" in new and not set(old.get("enum", [])) <= set(new["enum"]):
        yield f"{path}: values are gone"
    if "enum" in new and "enum" not in old:
        yield f"{path}: had any value"
    for keyword in ("items", "additionalProperties"):
        if isinstance(old.get(keyword), dict) and isinstance(new.get(keyword), dict):
            yield from _breaks(old[keyword], new[keyword], f"{path}[]")
        elif old.get(keyword) != new.get(keyword):
            yield f"{path}: {keyword} is another"
    for keyword in sorted((old.keys() | new.keys()) - REMARKS - BY_PARTS):
        if old.get(keyword) != new.get(keyword):
            yield f"{path}: {keyword} is another"


def _members(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, now = old.get("properties", {}), new.get("properties", {})
    for name, schema in before.items():
        if name in now:
            yield from _breaks(schema, now[name], f"{path}.{name}")
        else:
            yield f"{path}.{name}: is gone"
    demanded, given = set(new.get("required", [])), set(old.get("required", []))
    yield from (f"{path}.{name}: is demanded, and the other release does not give it" for name in demanded - given)
    yield from (f"{path}.{name}: may be left out, and the other release demands it" for name in given - demanded)


def _types(schema: Schema) -> set[str]:
    named = schema.get("type", [])
    return {named} if isinstance(named, str) else set(named)
