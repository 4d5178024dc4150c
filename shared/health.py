"""Health, for orchestrators: alive means that our own loops move, ready that what they need is there."""

from collections.abc import Callable, Iterable
from typing import Any

from shared import migrate, runtime
from shared.messaging.loop import UNAVAILABLE, Loop

# A loop that has not moved for so long is stuck, whatever its engines do.
STUCK_SECONDS = 60.0
NOT_MIGRATED = "migrations are missing"


def check_database(present: runtime.Runtime) -> str:
    """`ok`, or why the service cannot work with its database."""
    try:
        with present.database.connection() as conn:
            return "ok" if migrate.is_migrated(conn, present.service) else NOT_MIGRATED
    except UNAVAILABLE as error:
        return f"away ({type(error).__name__})"


def check_loops(loops: Iterable[Loop]) -> dict[str, str]:
    """Return the health that each loop of a worker reports."""
    return {loop.name: "ok" if loop.heartbeat.well else "waits for its engine" for loop in loops}


def are_moving(loops: Iterable[Loop]) -> bool:
    return all(loop.heartbeat.age < STUCK_SECONDS for loop in loops)


def report(checks: dict[str, Callable[[], str]] | dict[str, str]) -> tuple[dict[str, Any], int]:
    """The answer to a readiness probe: an entry for each dependency, and 200 or 503."""
    found = {name: check() if callable(check) else check for name, check in checks.items()}
    ready = all(state == "ok" for state in found.values())
    return {"status": "ready" if ready else "not ready", "checks": found}, 200 if ready else 503
