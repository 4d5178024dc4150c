"""Programme documents as text: YAML that people like to read, or JSON."""

from typing import Any

import orjson
import yaml


class Dumper(yaml.SafeDumper):
    """Plain YAML, with texts of several lines as they stand."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _write_text)


def write_yaml(document: Any) -> bytes:
    """The same document always gives the same bytes."""
    text = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def write_json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


WRITERS = {"application/yaml": write_yaml, "application/json": write_json}
