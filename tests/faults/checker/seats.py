"""No seat is oversold at any moment, none stays free while somebody waits, and all counts are right."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults import world
from tests.faults.checker.evidence import Evidence, Row
from tests.faults.checker.violation import Violation


def sell_no_seat_twice(evidence: Evidence) -> Iterator[Violation]:
    """Folded in its own order, the ledger goes up and down by one, and never above what staff had given."""
    for session, entries in _by_session(evidence.rows["ledger"]).items():
        taken = 0
        for place, entry in enumerate(entries, 1):
            if entry["entry"] != place or entry["taken_after"] != taken + entry["delta"]:
                yield Violation("ledger of seats does not add up", f"{session}, entry {entry['entry']}")
                break
            taken = entry["taken_after"]
            most = _most_seats(evidence, session, entry["at"])
            if entry["delta"] > 0 and most is not None and taken > most:
                of = (entry["registration_id"],)
                yield Violation("seat oversold", f"{session}: {taken} of {most}, entry {place}", of)


def count_right(evidence: Evidence) -> Iterator[Violation]:
    """What is counted is what is there."""
    found = Counter((row["session"], row["status"]) for row in evidence.registrations.values())
    ledger = {session: entries[-1]["taken_after"] for session, entries in _by_session(evidence.rows["ledger"]).items()}
    for seats in evidence.rows["seats"]:
        session = seats["session"]
        there = found[session, "confirmed"] + found[session, "offered"]
        if not seats["taken"] == there + seats["held"] == ledger.get(session, 0):
            counts = f"{seats['taken']} counted, {there} there, {ledger.get(session, 0)} in the ledger"
            yield Violation("seats miscounted", f"{session}: {counts}")
        if seats["capacity"] is not None and there > max(seats["capacity"], seats["ceiling"]):
            yield Violation("seat oversold", f"{session}: {there} of {seats['capacity']}")
        if seats["waitlisted"] != found[session, "waitlisted"]:
            yield Violation("waiting list miscounted", f"{session}: {seats['waitlisted']} counted")


def leave_no_seat_free(evidence: Evidence) -> Iterator[Violation]:
    """A free seat goes to the head of the line in the same transaction."""
    for seats in evidence.rows["seats"]:
        free = seats["capacity"] is None or seats["taken"] < seats["capacity"]
        if free and seats["waitlisted"]:
            yield Violation("seat left free while somebody waits", f"{seats}")


def _by_session(rows: list[Row]) -> dict[str, list[Row]]:
    sessions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        sessions[row["session"]].append(row)
    return sessions


def _most_seats(evidence: Evidence, session: str, moment: float) -> int | None:
    """The highest number of seats that staff had wanted by then; None for sessions without a limit."""
    if session not in (*world.HOT, *world.MOVED):
        return None
    wanted = [
        one.wanted["capacity"]
        for one in evidence.of("capacity")
        if one.wanted["session"] == session and one.began <= moment
    ]
    return max([world.SEATS, *wanted])


RULES = (sell_no_seat_twice, count_right, leave_no_seat_free)
