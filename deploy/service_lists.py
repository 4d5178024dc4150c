"""The lists in services/<name>/README.md that are made from the code, each between two comments that name it."""

import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from shared import settings
from shared.events.envelope import registry
from shared.jobs import Job
from shared.service import Service

SERVICES = Path(__file__).parent.parent / "services"
BEGIN = "<!-- {name}: made by `python -m deploy.docs` -->"
END = "<!-- end of {name} -->"


def file_of(service: Service) -> Path:
    """Return the path of a service's README."""
    return SERVICES / service.name / "README.md"


def write(service: Service, text: str) -> str:
    """Return the text of a service's README with its lists as the code has them now.

    Raises ValueError if the text has no place for one of them.
    """
    for name, make in LISTS.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        place = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
        if not place.search(text):
            raise ValueError(f"{file_of(service)} has no lines {begin} and {end}")
        made = f"{begin}\n{make(service)}{end}"
        text = place.sub(lambda _, made=made: made, text)
    return text


def summary(text: str | None) -> str:
    """Return the first sentence of a docstring on one line."""
    paragraph = " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.?!]) (?=[A-Z`])", paragraph)[0]


def _published(service: Service) -> str:
    kinds = sorted(kind for kind in registry if kind.startswith(f"{service.name}."))
    return _table(("event", "when"), ((f"`{kind}`", summary(registry[kind].__doc__)) for kind in kinds))


def _consumed(service: Service) -> str:
    handlers = service.event_handlers()
    rows = ((f"`{kind}`", ", ".join(f"`{_name(one)}`" for one in handlers[kind])) for kind in sorted(handlers))
    return _table(("event", "handled by"), rows)


def _name(handler: Callable[..., None]) -> str:
    return getattr(handler, "handle", handler).__name__


def _settings(service: Service) -> str:
    common = {variable for variable, _, _ in settings.table(settings.Settings)}
    own = [row for row in settings.table(service.settings) if row[0] not in common]
    rows = (
        (f"`{variable}`", default if default in ("", "required") else f"`{default}`", effect)
        for variable, default, effect in own
    )
    return _table(("variable", "default", "effect"), rows)


def _jobs(service: Service) -> str:
    return _table(("job", "runs", "what it does"), ((f"`{job.name}`", _when(job), _what(job)) for job in service.jobs))


def _when(job: Job) -> str:
    every = "every second" if job.every == 1 else f"every {job.every:g} seconds"
    return f"{every}, or when notified of `{job.topic}`" if job.topic else every


def _what(job: Job) -> str:
    return summary(job.run.__doc__)


def _commands(service: Service) -> str:
    common = {path for path, _ in _listed(Service(service.name).group(), ())}
    own = [row for row in _listed(service.group(), ()) if row[0] not in common]
    return _table(("command", "what it does"), ((f"`{path}`", what) for path, what in own))


def _listed(command: click.Command, path: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """Yield each command below a group with its first sentence."""
    if not isinstance(command, click.Group):
        yield " ".join(path), summary(command.help)
        return
    for name in sorted(command.commands):
        yield from _listed(command.commands[name], (*path, name))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


LISTS: dict[str, Callable[[Service], str]] = {
    "published events": _published,
    "consumed events": _consumed,
    "settings": _settings,
    "jobs": _jobs,
    "commands": _commands,
}
