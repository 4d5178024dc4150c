"""Who has seen every recording has completed the series and is invited, once; nobody else is."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults import world
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.violation import Violation

ISSUED = "registration.invitation.issued"


def complete_whom_it_is_due(evidence: Evidence) -> Iterator[Violation]:
    seen: dict[str, set[str]] = defaultdict(set)
    began: dict[str, set[str]] = defaultdict(set)
    for operation in evidence.of("watch"):
        email, session = operation.wanted["email"], operation.wanted["session"]
        began[email].add(session)
        if operation.answer.get("viewed"):
            seen[email].add(session)
    completed = {row["email"] for row in evidence.rows["completions"]}
    due = {email for email, sessions in seen.items() if sessions == set(world.RECORDED)}
    possible = {email for email, sessions in began.items() if sessions == set(world.RECORDED)}
    for email in sorted(due - completed):
        yield Violation("completion lost", email, (email,))
    for email in sorted(completed - possible - evidence.erased):
        yield Violation("completion that nobody earned", email, (email,))


def invite_each_once(evidence: Evidence) -> Iterator[Violation]:
    invited = Counter(row["email"] for row in evidence.rows["invitations"])
    completed = Counter(row["email"] for row in evidence.rows["completions"])
    for email in sorted((completed - invited) | (invited - completed)):
        yield Violation("invitations do not match completions", f"{email}: {invited[email]} invitations", (email,))
    issued = Counter(event["subject"] for event in evidence.rows["events"] if event["type"] == ISSUED)
    for id, number in issued.items():
        if number > 1:
            yield Violation("invitation issued twice", id, (id,))


RULES = (complete_whom_it_is_due, invite_each_once)
