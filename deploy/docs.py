"""`python -m deploy.docs` writes the pages that are made from the code: those of docs/, and the lists in the READMEs of
the services. A test compares.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import orjson

from deploy import service_lists, settings_page, state_machines_page
from shared.cli.runner import EXIT_CODES
from shared.events import asyncapi
from shared.events.envelope import registry
from shared.service import Service

DOCS = Path(__file__).parent.parent / "docs"
SERVICES = ("catalog", "registration", "notifications")

EVENTS = """# Events

Made from the code by `python -m deploy.docs`. CloudEvents 1.0 in JSON; the type is the routing key on the exchange
`events`. The whole contract of each is in [events/asyncapi.json](events/asyncapi.json). Personal data are the member
`person` (id, email, name) of registration's events and the name in `registered_by`, and nothing else.

| event | when | who listens |
| --- | --- | --- |
"""

COMMANDS = """# Commands

Made from the code by `python -m deploy.docs`. Every command runs where a process of its service runs:

- compose: `docker compose exec registration-worker python -m services.registration …`
- Kubernetes: `kubectl exec deploy/registration-worker -- python -m services.registration …`
- without Docker: `.venv/bin/python -m deploy.run command registration …`

The answer is JSON on standard output, the log goes to standard error. What changes something leaves a line in the audit
log of the service (`/<service>/staff/audit`), with who did it (`--as`, else the user of the
operating system).

| exit code | meaning |
| --- | --- |
"""


def main() -> None:
    for name, text in pages().items():
        file = DOCS / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def pages() -> dict[str, str]:
    """Return the text of each generated page by its path from docs/."""
    return {
        "events/asyncapi.json": orjson.dumps(asyncapi.document(listeners()), option=orjson.OPT_INDENT_2).decode()
        + "\n",
        "events.md": _events(),
        "settings.md": settings_page.write(_service(name) for name in SERVICES),
        "commands.md": _commands(),
        "state-machines.md": state_machines_page.write(),
        **{f"../services/{name}/README.md": _readme(_service(name)) for name in SERVICES},
    }


def listeners() -> dict[str, list[str]]:
    """The services that handle each type of event."""
    found: dict[str, list[str]] = {}
    for name in SERVICES:
        for kind in _service(name).event_handlers():
            found.setdefault(kind, []).append(name)
    return found


def _service(name: str) -> Service:
    return import_module(f"services.{name}.app").SERVICE


def _events() -> str:
    heard = listeners()
    rows = [
        f"| `{kind}` | {service_lists.summary(event.__doc__)} | {', '.join(heard.get(kind, []))} |"
        for kind, event in sorted(registry.items())
    ]
    return EVENTS + "\n".join(rows) + "\n"


def _readme(service: Service) -> str:
    return service_lists.write(service, service_lists.file_of(service).read_text())


def _commands() -> str:
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    parts = [COMMANDS + codes + "\n"]
    for name in SERVICES:
        parts.append(f"## {name.capitalize()}\n")
        parts += [_command(context) for context in commands_of(_service(name).group(), f"python -m services.{name}")]
    return "\n".join(parts)


def commands_of(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """The context of a command and of each below it, by the words that one types."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from commands_of(command.commands[below], below, context)
    else:
        yield context


def _command(context: click.Context) -> str:
    return f"### `{context.command_path}`\n\n```text\n{context.get_help()}\n```\n"


if __name__ == "__main__":
    main()
