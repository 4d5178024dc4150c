"""`python -m deploy.demo`: the programme played on a system of its own, told step by step, and counted at the end.

MODE=docker|native says how that system runs (else Docker where it can), PEOPLE=200 how many take part,
SCALE="catalog-api=3" how many containers of a process, KEEP=1 that it goes on running afterwards.
"""

import os
import sys
from dataclasses import replace

from deploy import compose
from deploy.demo import tally
from deploy.demo.choices import Sizes
from deploy.demo.instances import ComposeInstance, Instance, NativeInstance
from deploy.demo.story import Story
from deploy.demo.telling import Teller
from deploy.errors import DeployError


def main() -> int:
    teller = Teller()
    instance = _instance()
    kept = False
    try:
        teller.step(0, "A system of its own is started")
        instance.start(teller.say)
        succeeded = play(instance, sizes_for(int(os.environ.get("PEOPLE", "200"))), teller)
        kept = bool(os.environ.get("KEEP"))
        if kept:
            teller.say(f"It goes on: {instance.origins()['catalog']} and its mails at {instance.mail_address()}")
        return 0 if succeeded else 1
    except (DeployError, TimeoutError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    finally:
        if not kept:
            instance.remove()


def play(instance: Instance, sizes: Sizes, teller: Teller) -> bool:
    """Tell the whole story; whether everything came out as it had to."""
    story = Story(instance, sizes, teller.say)
    steps = [
        ("December 2016: the programme is announced", story.announce),
        ("An outside site reads the catalog", story.be_read),
        ("January 2017: library people register", story.fill),
        ("Spring 2017: a webinar moves, all are held, recorded and watched", story.take_place),
        ("May 2017: who has seen all three is invited to the workshop", story.invite),
    ]
    for number, (title, act) in enumerate(steps, 1):
        teller.step(number, title)
        act()
    return teller.show(tally.count(story))


def sizes_for(people: int) -> Sizes:
    """The story's usual proportions for another number of people."""
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


def _instance() -> Instance:
    mode = os.environ.get("MODE") or (
        "docker" if compose.engine_answers() and compose.images_can_be_had() else "native"
    )
    return ComposeInstance(os.environ.get("SCALE", "").split()) if mode == "docker" else NativeInstance()


if __name__ == "__main__":
    sys.exit(main())
