"""`python -m deploy.run up | down | clean | status | logs | sample | restart SERVICE | secrets [NAME] | token [SCOPE] |
command SERVICE …`: the system on this machine.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable

from deploy import compose, development, mode, project
from deploy.errors import DeployError
from deploy.options import ROOT, Options, read_options
from deploy.readers import READERS
from deploy.secrets import SERVICES

# Passwords, cookies and keys of the installation: those that have readers, and one of people alone.
OF_CONSOLE = "operator-broker-password"
SHOWN = sorted({*READERS, OF_CONSOLE} - {"definitions.json"})
NOT_RUNNING = "Nothing runs; `make up` starts it."


def up(options: Options) -> None:
    """Start everything, say where it is."""
    began = time.monotonic()
    chosen = mode.choose_mode(options)
    if not mode.running_mode(options):
        options = project.settle_ports(options)
    print(f"Starting Convene {_named(chosen)} …", flush=True)
    system = mode.system(chosen, options)
    system.start(lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True))
    print(f"\nConvene runs {_named(chosen)}; that took {time.monotonic() - began:.0f} s.\n")
    _show_addresses(system)


def down(options: Options) -> None:
    """Stop everything, keep the data."""
    running = mode.running_mode(options)
    if not running:
        print(NOT_RUNNING)
        return
    mode.system(running, options).stop()
    print("Stopped. The data is kept: `make up` goes on with it, `make clean` removes it.")


def clean(options: Options) -> None:
    """List this folder's system, in both modes, and remove it if the user agrees."""
    systems = [mode.system(one, options) for one in mode.MODES if one == "native" or compose.engine_answers()]
    found = [line for system in systems for line in system.resources()]
    if not found:
        print("There is nothing to remove.")
        return
    print(f"This stops the system of {ROOT} and removes for good:\n")
    print("".join(f"  {line}\n" for line in found))
    if not _agreed():
        raise DeployError("Nothing was removed. `make clean YES=1` removes it without a question.")
    for system in systems:
        system.remove()
    print("Stopped, and all of that removed. Backups, .env and .venv are left.")


def status(options: Options) -> None:
    """Print what runs, and where."""
    running = mode.running_mode(options)
    if not running:
        print(NOT_RUNNING)
        return
    system = mode.system(running, options)
    print(f"Convene runs {_named(running)}.\n\n{system.status()}\n")
    _show_addresses(system)


def logs(options: Options) -> None:
    """Follow what every process says."""
    _running_system(options).follow_logs()


def sample(options: Options) -> None:
    """Import the sample program into the running system, also where its catalog is in use; tell what that changed."""
    print(_running_system(options).load_sample())


def restart(options: Options, service: str) -> None:
    """Restart the api and the worker of one service of the running system, and return when both are ready."""
    if service not in SERVICES:
        raise DeployError(f"SERVICE must be one of {', '.join(SERVICES)}.")
    if development.is_running():
        development.request_restart(service)
        print(f"`make dev` restarts {service}.")
        return
    began = time.monotonic()
    _running_system(options).restart(service)
    print(f"{service} was restarted, in {time.monotonic() - began:.1f} s.")


def secrets(options: Options, name: str) -> None:
    """Print the secret of this name, or all of them."""
    if name and name not in SHOWN:
        raise DeployError(f"There is no secret {name}; there are {', '.join(SHOWN)}.")
    found = _running_system(options).read_secrets([name] if name else SHOWN)
    if name:
        print(found[name])
        return
    for one, text in found.items():
        print(f"{one}\n{text}\n" if "\n" in text else f"{one:<32} {text}")


def token(options: Options, scope: str) -> None:
    """Print a staff token."""
    print(_running_system(options).token(scope))


def command(options: Options, service: str, *words: str) -> None:
    """Run a command of a service of the running system, in whichever mode it runs."""
    if service not in SERVICES:
        raise DeployError(f"The services are {', '.join(SERVICES)}; there is no {service or 'service without a name'}.")
    _running_system(options).become(service, *words)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.run")
    parser.add_argument("command", choices=[*COMMANDS, "restart", "secrets", "token", "command"])
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, help="scopes of the token, name of the secret, or a service and its command"
    )
    arguments = parser.parse_args()
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        options = read_options()
        if arguments.command == "token":
            token(options, " ".join(arguments.words))
        elif arguments.command == "restart":
            restart(options, " ".join(arguments.words))
        elif arguments.command == "secrets":
            secrets(options, " ".join(arguments.words))
        elif arguments.command == "command":
            command(options, *(arguments.words or [""]))
        else:
            COMMANDS[arguments.command](options)
    except DeployError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; what was started has been stopped again.", file=sys.stderr)
        return 130
    return 0


def _running_system(options: Options) -> mode.System:
    running = mode.running_mode(options)
    if not running:
        raise DeployError(NOT_RUNNING)
    return mode.system(running, options)


def _show_addresses(system: mode.System) -> None:
    found = system.addresses()
    print(f"  Site          {found['site']}")
    for service in SERVICES:
        print(f"  API docs      {found['site']}/{service}/v1/docs")
    print(f"  Mail catcher  {found['mail']}")
    if "console" in found:
        print(f"  RabbitMQ      {found['console']}  (user operator; password: `make secrets SECRET={OF_CONSOLE}`)")
    print("\n`make down` stops it and keeps the data; `make clean` removes the data; `make help` lists the rest.")


def _agreed() -> bool:
    """True if the user answers yes, or YES=1 is set, as scripts need."""
    if os.environ.get("YES"):
        return os.environ["YES"].lower() in ("1", "y", "yes")
    if not sys.stdin.isatty():
        return False
    try:
        return input("Remove all of it? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _named(chosen: str) -> str:
    return "in Docker containers" if chosen == "docker" else "as native processes"


COMMANDS: dict[str, Callable[[Options], None]] = {
    "up": up,
    "down": down,
    "clean": clean,
    "status": status,
    "logs": logs,
    "sample": sample,
}

if __name__ == "__main__":
    sys.exit(main())
