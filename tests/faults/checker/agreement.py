"""The services agree with each other and with outside sites, and nothing is left on the way."""

from collections.abc import Iterator

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.violation import Violation


def come_to_rest(evidence: Evidence) -> Iterator[Violation]:
    for what in evidence.waiting:
        yield Violation("not come to rest", what)


def know_the_same_sessions(evidence: Evidence) -> Iterator[Violation]:
    for row in evidence.rows["copies"]:
        if not row["catalog"] == row["registration"] == row["notifications"]:
            yield Violation("services know different sessions", f"{row}")
        if row["seats_told"] != row["seats_in_catalog"]:
            yield Violation("the catalog knows other seats", f"{row}")


def know_the_same_registrations(evidence: Evidence) -> Iterator[Violation]:
    for row in evidence.rows["differing"]:
        yield Violation("services know different registrations", f"{row}", (row["id"],))


def set_aside_what_is_nonsense(evidence: Evidence) -> Iterator[Violation]:
    """That alone, and each of it."""
    for row in evidence.rows["set_aside"]:
        fewest, most = evidence.nonsense.get(row["service"], (0, 0))
        if not fewest <= row["messages"] <= most:
            yield Violation("messages that are no events", f"{row}, of {fewest} to {most} sent")
        if row["events"]:
            yield Violation("events set aside", f"{row}")


def mirror_the_catalog(evidence: Evidence) -> Iterator[Violation]:
    if evidence.mirror:
        yield Violation("an outside site has it otherwise", ", ".join(evidence.mirror))


RULES = (
    come_to_rest,
    know_the_same_sessions,
    know_the_same_registrations,
    set_aside_what_is_nonsense,
    mirror_the_catalog,
)
