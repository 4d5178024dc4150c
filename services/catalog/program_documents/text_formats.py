"""Program documents as text: YAML whose dates stay text, so that local times are not taken for UTC, or JSON."""

from collections.abc import Hashable
from typing import Any

import orjson
import yaml

from shared import strict_json
from shared.errors import DomainError


class Dumper(yaml.SafeDumper):
    """Plain YAML with block style for texts of several lines."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _write_text)


def write_yaml(document: Any) -> bytes:
    """Return the document as YAML; the same document always gives the same bytes."""
    text = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def write_json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


WRITERS = {"application/yaml": write_yaml, "application/json": write_json}
# Program documents are shallow; a deeper one is meant to exhaust the parser.
DEPTH = 20


def read_json(body: bytes) -> Any:
    """Parse the document. Raises DomainError if it is not acceptable JSON."""
    return strict_json.parse(body)


def read_yaml(body: bytes) -> Any:
    """Parse the document. Raises DomainError if it is no YAML, uses aliases, repeats a member or is too deep."""
    try:
        _refuse_tricks(body)
        return yaml.load(body, Loader=Loader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, ValueError) as error:
        raise DomainError(f"Not YAML that can be read: {error}", problem="malformed") from None


def _refuse_tricks(body: bytes) -> None:
    depth = 0
    for event in yaml.parse(body, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise ValueError("it is too deep")


class Loader(yaml.CSafeLoader):
    """Plain YAML types, except dates, which stay text; a repeated member is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if (name := str(key.value)) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{name} occurs twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
