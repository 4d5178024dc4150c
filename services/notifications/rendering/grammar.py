"""What a template by staff may consist of: words, values, conditions, and the parts of a mail.

All else that Jinja knows is refused before anything runs. With loops, `set`, arithmetic, or filters that lengthen a
text, a template of a few lines could fill the memory or never end; attributes lead to Python. With what is left, a mail
takes time and space in proportion to the source of its template.
"""

import re
from collections.abc import Collection

from jinja2 import nodes
from markupsafe import escape

# What `{% trans %}` becomes, and what its messages may have besides words: `%(name)s` and `%%`. Any other format could
# make a text of any length.
TRANSLATE = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})
# Where `{% trans %}` keeps its first value if that is a call.
COUNTED = "_trans"
PLACEHOLDER = re.compile(r"%%|%\(\w+\)s")

BLOCKS = frozenset({"subject", "preheader", "heading", "body", "reason"})
NEEDED = ("subject", "preheader", "heading", "body")
PARTS = frozenset({"paragraph", "strong", "link", "button", "facts"})
FILTERS = frozenset({"upper", "lower", "capitalize", "title", "trim", "default", "truncate"})
TESTS = frozenset({"none", "true", "false"})
HEAD = 'begin with {% extends "layout.j2" %} and {% import "parts.j2" as mail %}, and take in nothing else'

ALLOWED = (
    *(nodes.Block, nodes.CallBlock, nodes.Extends, nodes.If, nodes.Import, nodes.Output, nodes.TemplateData),
    *(nodes.And, nodes.Compare, nodes.Concat, nodes.CondExpr, nodes.Const, nodes.Not, nodes.Operand, nodes.Or),
    *(nodes.Call, nodes.Filter, nodes.Getattr, nodes.Keyword, nodes.List, nodes.Name, nodes.Test, nodes.Tuple),
)


class BrokenTemplate(Exception):
    """A template that cannot be used; the message says why. `line` is None where no single line is to blame."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


def check(tree: nodes.Template, names: Collection[str]) -> None:
    """Raises BrokenTemplate where the template holds what it may not, or a name that is none of `names`."""
    called = {id(call.node) for call in tree.find_all(nodes.Call)}
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name) and node.name in TRANSLATE and id(node) not in called:
            raise BrokenTemplate(f"there is no value called {node.name}", node.lineno)
        if problem := _problem(node, names):
            raise BrokenTemplate(problem, node.lineno)
    if not {nodes.Extends, nodes.Import} <= {type(node) for node in tree.body}:
        raise BrokenTemplate(HEAD, 1)
    blocks = {block.name for block in tree.find_all(nodes.Block)}
    if missing := [name for name in NEEDED if name not in blocks]:
        raise BrokenTemplate(f"the block {missing[0]} is missing")


def escape_words(tree: nodes.Template) -> None:
    """What staff wrote between the tags is text, in HTML as elsewhere: it brings no markup of its own."""
    for words in tree.find_all(nodes.TemplateData):
        words.data = str(escape(words.data))


def _problem(node: nodes.Node, names: Collection[str]) -> str | None:
    """What is wrong with this node by itself, or None."""
    match node:
        case nodes.Extends(template=nodes.Const(value="layout.j2")):
            return None
        case nodes.Import(template=nodes.Const(value="parts.j2"), target="mail"):
            return None
        case nodes.Extends() | nodes.Import():
            return HEAD
        case nodes.Block(name=name) if name not in BLOCKS:
            return f"there is no block called {name}: {_listed(BLOCKS)}"
        case nodes.Assign(target=nodes.Name(name=name), node=nodes.Call() as value) if name == COUNTED:
            # From itself it could double with every line.
            again = any(inner.name == COUNTED for inner in value.find_all(nodes.Name))
            return f"{COUNTED} is not to be used here" if again else None
        case nodes.Call(node=nodes.Name(name=name)) if name in TRANSLATE:
            return (
                None
                if _is_message(node, counts=name.startswith("n"))
                else "a text to translate has no formats of its own"
            )
        case nodes.Name(name=name) if name not in names and name not in ("mail", "super", COUNTED, *TRANSLATE):
            return f"there is no value called {name}"
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"the filter {name} is not to be used here: {_listed(FILTERS)}"
        case nodes.Test(name=name) if name not in TESTS:
            return f"the test {name} is not to be used here: {_listed(TESTS)}"
        case nodes.Getattr(node=nodes.Name(name="mail"), attr=attr) if attr in PARTS:
            return None
        case nodes.Getattr():
            return f"only mail has parts: {_listed(PARTS)}"
        case nodes.Call(node=nodes.Getattr() | nodes.Name(name="super")):
            return None
        case nodes.Call():
            return f"only parts of mail are called: {_listed(PARTS)}"
        case _:
            return None if isinstance(node, ALLOWED) else f"{type(node).__name__} of Jinja is not to be used here"


def _is_message(call: nodes.Call, *, counts: bool) -> bool:
    """True if a call of gettext has only constant messages, whose formats are plain placeholders."""
    if call.dyn_args or call.dyn_kwargs:
        return False
    messages = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
    plain = all(isinstance(message, str) and "%" not in PLACEHOLDER.sub("", message) for message in messages)
    return plain and len(messages) >= len(call.args) - counts  # the number is a value


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
