"""Every mail that is due comes, once; twice only where nobody can know; none to those who are forgotten."""

from collections import Counter
from collections.abc import Iterator

from tests.faults.checker.evidence import Evidence, Row
from tests.faults.checker.violation import Violation

FINAL = ("sent", "superseded", "failed")
# What each of these events makes due. A correction and a moment's state of seats cause no mail.
CAUSES = {
    "registration.registration.confirmed",
    "registration.registration.waitlisted",
    "registration.registration.promoted",
    "registration.registration.cancelled",
    "registration.invitation.issued",
}


def is_held(message: Row) -> bool:
    """Whether a mail waits for staff, since nobody can know whether it came, and it was sent again for that before."""
    return message["state"] == "in_doubt" and message["doubts"] > 1


def have_each_due(evidence: Evidence) -> Iterator[Violation]:
    """Each event that makes a mail due has made one due."""
    caused = {row["event_id"] for row in evidence.rows["messages"]}
    forgotten = {row["id"] for row in evidence.rows["erased"]}
    for event in evidence.rows["events"]:
        if (
            event["type"] in CAUSES
            and event["person_id"] not in forgotten
            and not caused & {event["event_id"], event["subject"]}
        ):
            yield Violation("mail never made due", f"{event['type']} {event['event_id']}", (event["subject"],))


def ask_each_who_wants_the_newsletter(evidence: Evidence) -> Iterator[Violation]:
    """Once, whoever says so in the form to register."""
    asked = Counter(row["recipient"] for row in evidence.rows["messages"] if row["kind"] == "subscription-requested")
    for operation in evidence.of("register"):
        email = operation.wanted["email"]
        if operation.wanted["newsletter"] and operation.acknowledged and asked[email] != 1:
            yield Violation("newsletter's question not asked once", f"{email}: {asked[email]} times", (email,))


def decide_each(evidence: Evidence) -> Iterator[Violation]:
    """Each was sent, overtaken, or refused for good by the mail server; in doubt twice, it is left to staff."""
    for row in evidence.rows["messages"]:
        if row["state"] not in FINAL and not is_held(row):
            yield Violation("mail undecided", f"{row['kind']} is {row['state']}", (row["recipient"], row["id"]))
        forgotten = not row["recipient"]  # and with them what the mail server said
        if row["state"] == "failed" and not forgotten and not (row["reply"] or "").startswith("5"):
            yield Violation("mail given up", f"{row['kind']}: {row['reply']}", (row["recipient"], row["id"]))


def send_each_once(evidence: Evidence) -> Iterator[Violation]:
    """What is called sent has come; more often only as often as it was in doubt."""
    for row in evidence.rows["messages"]:
        copies = len(evidence.mails_by_id[row["id"]])
        of = (row["recipient"], row["id"])
        if row["state"] == "sent" and not copies:
            yield Violation("mail lost", f"{row['kind']} to {row['recipient']}", of)
        if copies > 1 + row["doubts"]:
            yield Violation("mail sent twice", f"{row['kind']}, {copies} times, {row['doubts']} in doubt", of)


def send_nothing_else(evidence: Evidence) -> Iterator[Violation]:
    known = {row["id"] for row in evidence.rows["messages"]}
    for mail in evidence.mails:
        if mail.id not in known and mail.recipient not in evidence.erased:
            yield Violation("mail that nobody caused", f"{mail.subject} to {mail.recipient}", (mail.recipient,))


def forget_for_good(evidence: Evidence) -> Iterator[Violation]:
    """Once every service has said that a person is forgotten, nothing comes to them; and that is said in the end."""
    done = {row["erasure"]: row["done"] for row in evidence.rows["erased"]}
    for operation in evidence.of("erase"):
        if not operation.acknowledged:
            continue
        email, moment = operation.wanted["email"], done.get(operation.answer["id"])
        if moment is None:
            yield Violation("erasure never done", email, (email,))
            continue
        late = [mail for mail in evidence.mails if mail.recipient == email and mail.at.timestamp() > moment]
        if late:
            yield Violation("mail to somebody forgotten", f"{late[0].subject} to {email}", (email,))


RULES = (
    have_each_due,
    ask_each_who_wants_the_newsletter,
    decide_each,
    send_each_once,
    send_nothing_else,
    forget_for_good,
)
