"""`python -m deploy.run up | down | clean | status | logs | sample | token [SCOPE] | command SERVICE …`: the system on
this machine.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable

from deploy import compose, mode
from deploy.errors import DeployError
from deploy.options import Options, read_options
from deploy.secrets import SERVICES

NOT_RUNNING = "Nothing runs; `make up` starts it."


def up(options: Options) -> None:
    """Start everything, say where it is."""
    began = time.monotonic()
    chosen = mode.choose_mode(options)
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
    """Stop everything, and remove data, volumes and images of both modes."""
    mode.system("native", options).remove()
    if compose.engine_answers():
        mode.system("docker", options).remove()
    print("Stopped, and all data removed.")


def status(options: Options) -> None:
    """What runs, and where."""
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
    parser.add_argument("command", choices=[*COMMANDS, "token", "command"])
    parser.add_argument("words", nargs=argparse.REMAINDER, help="scopes of the token, or a service and its command")
    arguments = parser.parse_args()
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        options = read_options()
        if arguments.command == "token":
            token(options, " ".join(arguments.words))
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
        password = system.read_secret("operator-broker-password")
        print(f"  RabbitMQ      {found['console']}  (user operator, password {password})")
    print("\n`make down` stops it and keeps the data; `make clean` removes the data; `make help` lists the rest.")


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
