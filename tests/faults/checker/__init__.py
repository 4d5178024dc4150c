"""Compares what clients were told with what the databases, the broker and the mail sink hold once all is at rest."""

from tests.faults.checker import agreement, completions, line, mails, registrations, seats
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.violation import Violation

RULES = (
    *registrations.RULES,
    *seats.RULES,
    *line.RULES,
    *mails.RULES,
    *completions.RULES,
    *agreement.RULES,
)


def check(evidence: Evidence) -> list[Violation]:
    """Everything that is not as it was promised."""
    return [violation for rule in RULES for violation in rule(evidence)]
