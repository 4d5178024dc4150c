"""What is told of a run, and the page docs/reliability.md that it writes."""

from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

from tests.faults.checker.mails import is_held
from tests.faults.checker.violation import Violation
from tests.faults.run import Result

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- written by `make faults` -->", "<!-- end of what `make faults` writes -->"
MOST_STORIES, MOST_LINES = 20, 40


def tell(result: Result) -> str:
    """The whole of it: counts, times, and each violation with its story."""
    parts = ["", *_counts(result), "", *_table(result), ""]
    if guards := vacuous(result):
        parts += ["This run proves nothing:", *(f"  {guard}" for guard in guards), ""]
    if not result.violations:
        return "\n".join([*parts, "Nothing was lost, doubled, oversold or overtaken: no violation."])
    rules = Counter(violation.rule for violation in result.violations)
    parts += [f"{len(result.violations)} VIOLATIONS", *(f"{number:5}  {rule}" for rule, number in rules.items()), ""]
    for violation in result.violations[:MOST_STORIES]:
        parts += [f"{violation.rule}: {violation.what}", *(f"    {line}" for line in _story(result, violation)), ""]
    return "\n".join([*parts, f"Everything that was recorded is in {result.record}."])


def vacuous(result: Result) -> list[str]:
    """Why a run without violations would prove nothing: what should have happened, and did not."""
    evidence = result.evidence
    told = Counter(event["type"].removeprefix("registration.") for event in evidence.rows["events"])
    happened = {
        "nobody registered": sum(one.acknowledged for one in evidence.of("register")) >= 20,
        "nobody moved up": told["registration.promoted"] > 0,
        "nobody gave up": told["registration.cancelled"] > 0,
        "nobody completed the series": bool(evidence.rows["completions"]),
        "nobody was forgotten": any(row["done"] for row in evidence.rows["erased"]),
        "staff changed nothing": any(one.acknowledged for one in evidence.of("capacity")),
        "no mail came": bool(evidence.mails),
        "every request was answered at once": sum(one.unknown for one in evidence.operations) > 0,
    }
    return [missing for missing, done in happened.items() if not done]


def write(result: Result, *, seed: int) -> None:
    """Put the table of this run into the page, between its two marks."""
    text = PAGE.read_text()
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    lost = "zero violations" if not result.violations else f"{len(result.violations)} VIOLATIONS"
    intro = f"{result.injected} faults in {result.seconds / 60:.0f} minutes, seed {seed}: {lost}."
    body = "\n".join([BEGIN, "", intro, "", *_counts_table(result), "", *_table(result), "", END])
    PAGE.write_text(head + body + tail)


def _numbers(result: Result) -> dict[str, int]:
    evidence = result.evidence
    kinds = Counter(operation.kind for operation in evidence.operations)
    told = Counter(event["type"].removeprefix("registration.") for event in evidence.rows["events"])
    copies = len(evidence.mails) - len({mail.id for mail in evidence.mails})
    states = Counter(row["state"] for row in evidence.rows["messages"])
    return {
        "faults injected": result.injected,
        "things that people and staff did": sum(kinds.values()),
        "of which acknowledged": sum(operation.acknowledged for operation in evidence.operations),
        "attempts of which nobody knew what became of them": sum(one.unknown for one in evidence.operations),
        "registrations": len(evidence.registrations),
        "moved up from a waiting list": told["registration.promoted"],
        "recordings' series completed, each with one invitation": len(evidence.rows["completions"]),
        "people forgotten": len(evidence.rows["erased"]),
        "mails sent": states["sent"],
        "mails refused for good by the mail server, as scripted": states["failed"],
        "mails that came a second time, since nobody could know": copies,
        "mails twice in doubt, which wait for staff": sum(map(is_held, evidence.rows["messages"])),
    }


def _counts(result: Result) -> list[str]:
    return [f"{number:7,}  {what}" for what, number in _numbers(result).items()]


def _counts_table(result: Result) -> list[str]:
    rows = [f"| {what} | {number:,} |" for what, number in _numbers(result).items()]
    return ["| in this run | |", "| --- | --- |", *rows]


def _table(result: Result) -> list[str]:
    """Each fault, how often it came, and how long until the first success after it; of two at once, both share it."""
    answers: dict[str, list[float | None]] = defaultdict(list)
    mails: dict[str, list[float | None]] = defaultdict(list)
    for outcome in result.outcomes:
        for injection in outcome.begun:
            answers[injection.name].append(outcome.answered)
            mails[injection.name].append(outcome.mailed)
    head = ["| fault | times | answered after, median | worst | mail after, median | worst |"]
    rows = [
        f"| {name} | {len(answers[name])} | {_middle(answers[name])} | {_worst(answers[name])}"
        f" | {_middle(mails[name])} | {_worst(mails[name])} |"
        for name in sorted(answers)
    ]
    return [*head, "| --- | --- | --- | --- | --- | --- |", *rows]


def _middle(times: list[float | None]) -> str:
    known = [seconds for seconds in times if seconds is not None]
    return f"{median(known):.1f} s" if known else "never"


def _worst(times: list[float | None]) -> str:
    known = [seconds for seconds in times if seconds is not None]
    return f"{max(known):.1f} s" if len(known) == len(times) else "never"


def _story(result: Result, violation: Violation) -> list[str]:
    """All that is known of those whom a violation is about: what they were told, what is in the database, which mails
    came, and what was broken meanwhile.
    """
    evidence, of = result.evidence, set(violation.of) - {""}
    told = [
        one
        for one in evidence.operations
        if of & {one.id, one.wanted.get("email"), one.wanted.get("id"), one.answer.get("id")}
    ]
    ids = of | {one.answer.get("id") for one in told} | {one.wanted.get("id") for one in told}
    lines = [line for one in told for line in result.history.tell(one)]
    lines += [f"registration: {row}" for id, row in evidence.registrations.items() if id in ids]
    lines += [f"seat: {row}" for row in evidence.rows["ledger"] if row["registration_id"] in ids]
    lines += [f"event: {row}" for row in evidence.rows["events"] if row["subject"] in ids]
    lines += [f"message: {row}" for row in evidence.rows["messages"] if of & {row["id"], row["recipient"]}]
    lines += [
        f"mail: {mail.at.timestamp():.2f} {mail.subject}" for mail in evidence.mails if of & {mail.id, mail.recipient}
    ]
    if told:
        since, until = min(one.began for one in told), max(one.ended or one.began for one in told)
        near = [one for one in result.outcomes if one.began - 15 < until and one.ended + 15 > since]
        lines += [f"fault: {one.began:.2f} to {one.ended:.2f} {one.describe()}" for one in near]
    return lines[:MOST_LINES]
