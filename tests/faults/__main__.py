"""`python -m tests.faults`: breaks a system of its own under load, and says what did not hold.

python -m tests.faults                       200 faults in at most 30 minutes
python -m tests.faults --short               as CI does it: 3 minutes
python -m tests.faults --seed 7 --only SIGKILL
python -m tests.faults --bug mark_before_confirm --only worker --minutes 1
"""

import argparse
import logging
import signal
import sys
import time

from tests.faults import report
from tests.faults.injections import EVERY
from tests.faults.plan import draw
from tests.faults.run import play
from tests.faults.seeded.bugs import BUGS


def main() -> int:
    options = _parse()
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the sink's server is as surprised as it is meant to be
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    injections = [one for one in EVERY if options.only.lower() in one.name.lower()]
    if not injections:
        sys.exit(f"no fault is called {options.only}")
    steps = draw(injections, faults=options.faults, seed=options.seed)
    print(
        f"seed {options.seed}: {options.faults} faults of {len(injections)} kinds, {options.minutes} minutes at most\n"
    )
    print("\n".join(step.describe() for step in steps), flush=True)
    if options.plan:
        return 0
    result = play(steps, seed=options.seed, minutes=options.minutes, say=_say, bug=options.bug)
    print(report.tell(result))
    if options.write:
        report.write(result, seed=options.seed)
    return 1 if result.violations or report.vacuous(result) else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="what the plan is drawn from")
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=25, help="when no further fault is begun")
    parser.add_argument("--short", action="store_true", help="25 faults in 3 minutes")
    parser.add_argument("--only", default="", help="faults whose name has this in it")
    parser.add_argument("--plan", action="store_true", help="print the plan, and do nothing")
    parser.add_argument("--bug", choices=sorted(BUGS), help="put a bug into the system, to see that it is found")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    if options.short:
        options.faults, options.minutes = 25, 3.0
    return options


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
