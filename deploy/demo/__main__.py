"""`python -m deploy.demo`: the programme played on a system of its own, told step by step, and counted at the end.

MODE=docker|native says how that system runs (else Docker where it can), PEOPLE=200 how many take part,
SCALE="catalog-api=3" how many containers of a process, KEEP=1 that it goes on running afterwards.
"""

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from deploy import compose
from deploy.demo import results, work
from deploy.demo.instances import ComposeInstance, Instance, NativeInstance
from deploy.demo.plan import Sizes
from deploy.demo.scenario import Scenario
from deploy.demo.terminal import Terminal
from deploy.demo.workshop import Workshop
from deploy.errors import DeployError
from deploy.mode import MODES
from deploy.native.commands import INSTANCES

FEWEST = 20


def main() -> int:
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        sizes = sizes_for(_number("PEOPLE", 200))
        with _alone():
            return tell(_instance(), sizes, Terminal(), keep=bool(os.environ.get("KEEP")))
    except DeployError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; what was started has been stopped again.", file=sys.stderr)
        return 130


def tell(instance: Instance, sizes: Sizes, terminal: Terminal, *, keep: bool) -> int:
    """Play the scenario on an instance that is started for it, and removed afterwards unless it is to be kept."""
    finished = False
    try:
        terminal.step(0, "A system of its own is started")
        instance.start(terminal.say)
        terminal.say("After each step you see what each service did, counted in its own tables; services notify")
        terminal.say("each other by events.")
        succeeded = play(instance, sizes, terminal)
        finished = True
        return 0 if succeeded else 1
    except (TimeoutError, AssertionError, httpx.HTTPError) as error:
        print(f"\n{error}\n\n{instance.explain()}", file=sys.stderr)
        finished = True
        return 1
    finally:
        if keep and finished:
            terminal.say(f"It goes on: {instance.origins()['catalog']}, its mails at {instance.mail_address()}.")
            terminal.say(f"`{instance.how_to_remove()}` removes it; so does the next demo.")
        else:
            instance.remove()


def play(instance: Instance, sizes: Sizes, terminal: Terminal) -> bool:
    """Tell the whole scenario; whether everything came out as it had to."""
    scenario = Scenario(instance, sizes, terminal.say)
    before = work.NOTHING
    for number, (title, act) in enumerate([*scenario.steps(), *Workshop(scenario).steps()], 1):
        terminal.step(number, title)
        act()
        now = work.count(instance)
        terminal.add(now.since(before).describe())
        before = now
    return terminal.show(results.count(scenario))


def sizes_for(people: int) -> Sizes:
    """The scenario's usual proportions for another number of people."""
    usual = Sizes()
    share = people / usual.people
    return replace(
        usual,
        people=people,
        webinar_seats=round(usual.webinar_seats * share),
        workshop_seats=round(usual.workshop_seats * share),
        seats_given_up=max(round(usual.seats_given_up * share), 1),
        places_given_up=max(round(usual.places_given_up * share), 1),
    )


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) < FEWEST:
        raise DeployError(f"{name} must be a number from {FEWEST} on, not {text!r}.")
    return int(text)


@contextmanager
def _alone() -> Iterator[None]:
    """Only one demo at a time in a clone. Raises DeployError where another runs."""
    INSTANCES.mkdir(exist_ok=True)
    with (INSTANCES / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeployError("Another demo runs in this clone.") from None
        yield


def _instance() -> Instance:
    wanted = os.environ.get("MODE") or (
        "docker" if compose.engine_answers() and compose.images_can_be_had() else "native"
    )
    if wanted not in MODES:
        raise DeployError(f"MODE is docker or native, not {wanted}.")
    return ComposeInstance(os.environ.get("SCALE", "").split()) if wanted == "docker" else NativeInstance()


if __name__ == "__main__":
    sys.exit(main())
