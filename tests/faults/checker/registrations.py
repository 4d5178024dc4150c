"""Nothing acknowledged is lost, nobody is there twice, nobody who never asked."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.violation import Violation
from tests.faults.history import Operation


def lose_nothing(evidence: Evidence) -> Iterator[Violation]:
    """What was acknowledged is there, for that session."""
    for operation in evidence.of("register"):
        # Of what stood already a stranger is not told which registration it is; who made it was.
        if not operation.acknowledged or "id" not in operation.answer:
            continue
        id, email = operation.answer["id"], operation.wanted["email"]
        found = evidence.registrations.get(id)
        if found is None:
            yield Violation("acknowledged registration lost", f"{email} in {operation.wanted['session']}", (email, id))
        elif found["session"] != operation.wanted["session"]:
            yield Violation("acknowledged registration is another", f"{email}: {found}", (email, id))


def keep_what_was_given_up(evidence: Evidence) -> Iterator[Violation]:
    """What was cancelled stays so, and nothing is that nobody cancelled."""
    wanted = {operation.wanted["id"] for operation in evidence.of("cancel")}
    for operation in evidence.of("cancel"):
        row = evidence.registrations.get(operation.wanted["id"])
        if operation.acknowledged and row and row["status"] != "cancelled":
            of = (operation.wanted["email"], operation.wanted["id"])
            yield Violation("acknowledged cancellation lost", f"{of[0]} is {row['status']}", of)
    for id, row in evidence.registrations.items():
        if row["status"] == "cancelled" and id not in wanted and not row["erased"]:
            yield Violation("registration cancelled that nobody cancelled", row["email"], (row["email"], id))


def have_nobody_twice(evidence: Evidence) -> Iterator[Violation]:
    """One registration for each person and session, and the same answer however often one asks."""
    active = Counter(
        (row["email"], row["session"]) for row in evidence.registrations.values() if row["status"] != "cancelled"
    )
    for (email, session), number in active.items():
        if number > 1:
            yield Violation("person registered twice", f"{email} in {session}, {number} times", (email,))
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for operation in evidence.of("register"):
        if operation.acknowledged and "id" in operation.answer:
            answers[operation.wanted["email"], operation.wanted["session"]].add(operation.answer["id"])
    for (email, session), ids in answers.items():
        if len(ids) > 1:
            yield Violation("one registration answered as two", f"{email} in {session}: {ids}", (email,))


def have_no_strangers(evidence: Evidence) -> Iterator[Violation]:
    """Each registration was wanted by somebody, and a refusal left none."""
    wanted = {(one.wanted["email"], one.wanted["session"]) for one in evidence.of("register") if not one.refused}
    for id, row in evidence.registrations.items():
        if not row["erased"] and (row["email"], row["session"]) not in wanted:
            yield Violation(
                "registration that nobody wanted", f"{row['email']} in {row['session']}", (row["email"], id)
            )


def refuse_nobody(evidence: Evidence) -> Iterator[Violation]:
    """All that this load wants may be had; what is unclear becomes clear by asking again."""
    for operation in evidence.operations:
        if operation.refused and not _says_that_it_was_done(operation):
            of = (operation.wanted.get("email", ""), operation.id)
            yield Violation("refused without reason", f"{operation.kind}: {operation.answer}", of)
        elif operation.phase == "invoke" and operation.unknown:
            of = (operation.wanted.get("email", ""), operation.id)
            yield Violation("not answered for two minutes", operation.kind, of)


def _says_that_it_was_done(operation: Operation) -> bool:
    """Whether a refusal tells that an earlier try, of which nobody heard, had taken effect: staff changed what they had
    read before that, or who was to be forgotten is not there any more.
    """
    status = operation.answer.get("status")
    return status == 412 or (operation.kind == "erase" and status == 404 and operation.unknown > 0)


def fail_in_no_other_way(evidence: Evidence) -> Iterator[Violation]:
    """What is away is answered by 503, never by 500."""
    if evidence.server_errors:
        few = ", ".join(evidence.server_errors[:5])
        yield Violation("answered 500", f"{len(evidence.server_errors)} times: {few}")


def serve_again(evidence: Evidence) -> Iterator[Violation]:
    """After every fault somebody is answered, and gets a mail, soon."""
    for step in evidence.unserved:
        yield Violation("not served again", step)


RULES = (
    lose_nothing,
    keep_what_was_given_up,
    have_nobody_twice,
    have_no_strangers,
    refuse_nobody,
    fail_in_no_other_way,
    serve_again,
)
