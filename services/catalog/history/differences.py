"""Changes of an entry as people read them: one line per member, with inserted and deleted words marked."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.date_labels import label_full_date

# Members that are derived from others, or are only for machines.
DERIVED = {"id", "description_html", "body_html", "completion_ids", "edtf", "label", "price", "position", "of"}
TOLD_BY = {"when": ("label", "edtf"), "funder": ("name",), "initiative": ("title",), "series": ("title",)}
LABELS = {
    "url": "Website",
    "slug": "Address",
    "body": "Text",
    "publish_at": "To be published",
    "published_at": "Date",
    "join_url": "Link to join",
    "invites_to": "Invites to",
    "opens_at": "opens",
    "closes_at": "closes",
}
# These members come first; jsonb does not keep the order of members.
FIRST = ("title", "name", "slug", "summary", "description", "body", "format", "status", "initiative", "series", "when")
# Texts longer than this are compared line by line.
LONG = 4000
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
# Texts with a lower similarity are shown as deleted and inserted as a whole.
ALIKE = 0.3


@dataclass(frozen=True)
class FieldChange:
    """The change of one member, as pieces of text that stayed (`same`), were deleted (`del`) or inserted (`ins`)."""

    label: str
    pieces: list[tuple[str, str]]


def describe(changes: Mapping[str, Any]) -> list[FieldChange]:
    """Return the changes of `{member: [before, after]}`, one per member."""
    found = []
    for name, pair in sorted(changes.items(), key=lambda change: _place(change[0])):
        if name in DERIVED:
            continue
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        found += list(_compare(_label(name), _told(name, before), _told(name, after)))
    return found


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _compare(label: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = (one if isinstance(one, Mapping) else {} for one in (before, after))
        for name in dict.fromkeys((*old, *new)):
            if name not in DERIVED:
                yield from _compare(
                    f"{label}: {_label(name).lower()}", _told(name, old.get(name)), _told(name, new.get(name))
                )
        return
    texts = _text(before), _text(after)
    if texts[0] != texts[1]:
        yield FieldChange(label, _pieces(*texts))


def _told(name: str, value: Any) -> Any:
    """Return the member of a mapping that represents it to people; other values as they are."""
    if name == "when" and isinstance(value, Mapping) and value.get("ends_at"):
        return f"{value['label']} (until {value['ends_at'][11:16]}, {value['timezone']})"
    if isinstance(value, Mapping):
        for member in TOLD_BY.get(name, ()):
            if value.get(member):
                return value[member]
    return value


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):
        named = value.get("name") or value.get("title") or value.get("label")
        rest = [_text(value[name]) for name in ("role", "url", "bio") if value.get(name)]
        return " ".join(filter(None, [_text(named), f"({'; '.join(rest)})" if rest else ""])) or str(dict(value))
    return _in_words(str(value))


def _in_words(text: str) -> str:
    """Return an ISO 8601 time as people write it; other texts as they are."""
    if not MOMENT.fullmatch(text):
        return text
    moment = datetime.fromisoformat(text)
    return f"{label_full_date(moment)}, {moment:%H:%M} (UTC{text[-6:] if text[-1] != 'Z' else ''})"


def _pieces(before: str, after: str) -> list[tuple[str, str]]:
    if not before or not after:
        return [(how, text) for how, text in (("del", before), ("ins", after)) if text]
    split = r"[^\n]*\n?" if len(before) + len(after) > LONG else r"\s+|\w+|[^\w\s]"
    old, new = (re.findall(split, text) for text in (before, after))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [("del", before), ("ins", after)]
    found: list[tuple[str, str]] = []
    for how, a, b, c, d in matcher.get_opcodes():
        pairs = [("same", old[a:b])] if how == "equal" else [("del", old[a:b]), ("ins", new[c:d])]
        found += [(kind, "".join(words)) for kind, words in pairs if words]
    return found
