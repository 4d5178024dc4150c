"""Parse the metric names and labels in the PromQL of alert rules and dashboards."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.servers.databases import ROOT

RULES = ROOT / "deploy/prometheus/alerts.yml"
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
GROUPED = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^}]*)\}|(?![\w:]*\s*\())")
MATCHER = re.compile(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)")
WORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "inf", "nan"}


@dataclass(frozen=True)
class Query:
    """`asked_by` is an alert or a panel; `selectors` are metrics with the labels that their braces name."""

    asked_by: str
    text: str
    selectors: tuple[tuple[str, frozenset[str]], ...]
    grouped: frozenset[str]


def read(asked_by: str, text: str) -> Query:
    bare = re.sub(r'"[^"]*"', '""', text)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    grouped = {label.strip() for _, labels in GROUPED.findall(bare) for label in labels.split(",") if label.strip()}
    bare = GROUPED.sub("", bare)
    selectors = tuple(
        (name, frozenset(MATCHER.findall(labels)))
        for name, labels in SELECTOR.findall(bare)
        if name.lower() not in WORDS
    )
    return Query(asked_by, text, selectors, frozenset(grouped))


def rules() -> list[dict[str, Any]]:
    """Every rule, with `record` or `alert`."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel, with the name of its file."""
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            yield file.stem, panel


def queries() -> list[Query]:
    """Everything that is asked."""
    asked = [read(rule.get("alert") or rule["record"], rule["expr"]) for rule in rules()]
    for name, panel in panels():
        asked += [read(f"{name}: {panel['title']}", target["expr"]) for target in panel["targets"]]
    return asked
