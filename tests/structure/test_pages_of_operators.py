"""Commands in the docs exist, and their links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from deploy import docs

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "services").rglob("*.md"), *ROOT.glob("*.md")]
TYPED = re.compile(
    r"(?:python -m services\.|deploy\.run command |\bconvene )(catalog|registration|notifications) ([^`\n|;&]+)"
)
RUNBOOKS = sorted((ROOT / "docs/operations").glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands_typed(text: str) -> Iterator[tuple[str, list[str]]]:
    """(service, words) of each command in a page; one that is written over two lines with a backslash is one."""
    for service, words in TYPED.findall(text.replace("\\\n", " ")):
        yield service, [word.strip("'\"") for word in words.split()]


def fault_of(service: str, words: list[str]) -> str | None:
    """Why this cannot be typed; None where it can. An ellipsis stands for what one adds."""
    command: click.Command = docs._service(service).group()
    line = f"python -m services.{service} {' '.join(words)}"
    for word in words:
        if isinstance(command, click.Group) and word not in ("…", "--help"):
            if word not in command.commands:
                return f"{line}: there is no {word}"
            command = command.commands[word]
        elif word.startswith("--") and word != "--help":
            known = {name for parameter in command.params for name in parameter.opts}
            if word.partition("=")[0] not in known:
                return f"{line}: there is no option {word}"
    return None


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub makes for the headings."""
    headings = re.findall(r"^#+ +(.+?) *$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_a_service_that_a_page_names_can_be_typed(page: Path) -> None:
    assert [fault for typed in commands_typed(page.read_text()) if (fault := fault_of(*typed))] == []


def test_a_command_that_cannot_be_typed_is_found() -> None:
    text = "`python -m services.catalog outbox teleport` or `deploy.run command catalog outbox replay --until now`"

    assert [fault_of(*typed) is None for typed in commands_typed(text)] == [False, False]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text()):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or path.startswith("/"):
            continue
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in anchors_of(aim)):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("page", RUNBOOKS, ids=named)
def test_a_runbook_is_linked_from_the_entry(page: Path) -> None:
    assert f"(operations/{page.name})" in (ROOT / "docs/operations.md").read_text()
