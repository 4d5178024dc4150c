"""Points at which a test lets a process die, so that the instants between two commits are hit on purpose, not by
luck.

`FAILPOINT=relay.after_publish_before_mark=kill` sends the process SIGKILL when it first passes that point, `…:3=kill`
at the third pass. Production refuses the setting (see `Settings.unsafe`); without it a point costs one comparison.
"""

import os
import signal
from collections import Counter

_armed: tuple[str, int] | None = None
_passes: Counter[str] = Counter()


def arm(spec: str | None) -> None:
    """Arm the point that `name[:nth]=kill` names; None disarms. Raises ValueError when malformed."""
    global _armed
    _passes.clear()
    if not spec:
        _armed = None
        return
    point, _, action = spec.partition("=")
    name, _, nth = point.partition(":")
    if action != "kill":
        raise ValueError(f"FAILPOINT={spec}: the one action is `kill`")
    _armed = (name, int(nth or 1))


def fail_point(name: str) -> None:
    """Say that the process passes point `name`."""
    if _armed is None or _armed[0] != name:
        return
    _passes[name] += 1
    if _passes[name] == _armed[1]:
        os.kill(os.getpid(), signal.SIGKILL)
