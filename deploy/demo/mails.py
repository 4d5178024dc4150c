"""The mails of the final table: what is in the mail catcher, against what is due to each person."""

from collections import Counter
from dataclasses import dataclass

from deploy.demo.instances import Instance
from deploy.demo.mailbox import Entry, Mail, Mailbox, Opened
from deploy.demo.people import Person
from deploy.demo.plan import WORLD_CAFE
from deploy.demo.record import Due, Record
from deploy.demo.terminal import Line
from deploy.demo.work import SAYINGS

MESSAGES = """
    SELECT m.id::text, m.kind, m.state, m.doubts, coalesce(s.slug, m.context ->> 'title', '') AS about
      FROM notifications.messages AS m LEFT JOIN notifications.sessions AS s ON s.id = m.session_id
"""
# Its address, and so the name, may be a stranger's invention.
NAMELESS = {"subscription-requested"}
FORMS = ("text/plain", "text/html")
CALENDAR_FORMS = (*FORMS, "text/calendar", "application/ics")
CALENDARS = {
    "registration-confirmed": "REQUEST",
    "registration-promoted": "REQUEST",
    "session-rescheduled": "REQUEST",
}


@dataclass(frozen=True)
class Delivered:
    """A mail that came, once for each Message-ID, with what notifications knows of it."""

    to: str
    kind: str
    session: str
    opened: Opened

    @property
    def due(self) -> Due:
        return self.to, self.kind, self.session


def count_mails(instance: Instance, mailbox: Mailbox, record: Record, people: list[Person]) -> list[Line]:
    """Count that each person got exactly the emails due to them: none missing, none twice, none to somebody else."""
    messages = {row["id"]: row for row in instance.query(MESSAGES)}
    mails = mailbox.read_all()
    unknown = [mail for mail in mails if mail.message_id not in messages]
    once = {mail.message_id: mail for mail in mails if mail.message_id in messages}
    delivered = [
        Delivered(mail.to, messages[mail.message_id]["kind"], messages[mail.message_id]["about"], opened)
        for mail, opened in zip(once.values(), mailbox.open(list(once.values())), strict=True)
    ]
    due, came = record.mails_due(person.email for person in people), Counter(mail.due for mail in delivered)
    unsent = Counter(row["state"] for row in messages.values() if row["state"] != "sent")
    return [
        *_by_kind(due, came),
        Line("mails due to each person, each once", due.total(), (due & came).total(), _list(due - came)),
        Line("mails that were not due to whom they came", 0, (came - due).total(), _list(came - due)),
        Line("mails that nobody caused", 0, len(unknown), tuple(mail.subject for mail in unknown)),
        _twice(mails, doubts=sum(row["doubts"] for row in messages.values())),
        Line("mails not sent", 0, unsent.total(), tuple(f"{n} {state}" for state, n in unsent.items())),
        *_opened(
            delivered,
            {person.email: person.name for person in people},
            record.gave_up | {(email, WORLD_CAFE) for email in record.seats_given_up},
        ),
        *_calendars(delivered, record),
    ]


def _by_kind(due: Counter[Due], came: Counter[Due]) -> list[Line]:
    expected, found = (_kinds(counted) for counted in (due, came))
    return [Line(f"mails: {saying}", expected[kind], found[kind]) for kind, saying in SAYINGS.items()]


def _kinds(counted: Counter[Due]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for (_, kind, _), number in counted.items():
        kinds[kind] += number
    return kinds


def _twice(mails: list[Mail], *, doubts: int) -> Line:
    """Count the copies of emails whose connection or sender died at the final dot: these are sent again."""
    arrived = Counter(mail.message_id for mail in mails)
    copies = arrived.total() - len(arrived)
    again = tuple(mail.subject for mail in mails if arrived[mail.message_id] > 1)
    return Line(f"mails that came twice, beyond the {doubts} in doubt", 0, max(copies - doubts, 0), again)


def _opened(delivered: list[Delivered], names: dict[str, str], gave_up: set[tuple[str, str]]) -> list[Line]:
    """Each is there as text and as HTML, to the person by name, with a calendar file where it is about a seat."""
    well = [mail for mail in delivered if mail.opened.forms in (FORMS, CALENDAR_FORMS)]
    named = [mail for mail in delivered if mail.opened.name == ("" if mail.kind in NAMELESS else names.get(mail.to))]
    wanted = [(mail, _method(mail, gave_up)) for mail in delivered]
    attached = [(mail, mail.opened.entry.method if mail.opened.entry else None) for mail in delivered]
    wrong = [mail for (mail, method), (_, found) in zip(wanted, attached, strict=True) if method != found]
    return [
        Line("mails as text and as HTML", len(delivered), len(well)),
        Line("mails to people by their names", len(delivered), len(named)),
        Line("calendar files in mails about a seat", _with_calendar(wanted), _with_calendar(attached)),
        Line("mails whose calendar file is not as due", 0, len(wrong), tuple(str(mail.due) for mail in wrong)),
    ]


def _method(mail: Delivered, gave_up: set[tuple[str, str]]) -> str | None:
    """Return the method of an email's calendar file; people who only waited have no entry to cancel."""
    if mail.kind == "registration-cancelled" and (mail.to, mail.session) in gave_up:
        return "CANCEL"
    return CALENDARS.get(mail.kind)


def _with_calendar(mails: list[tuple[Delivered, str | None]]) -> int:
    return sum(method is not None for _, method in mails)


def _calendars(delivered: list[Delivered], record: Record) -> list[Line]:
    """Later entries of a seat replace the earlier: one UID, a rising SEQUENCE, and at last the new day."""
    entries: dict[tuple[str, str], list[Entry]] = {}
    for mail in delivered:
        if mail.opened.entry:
            entries.setdefault((mail.to, mail.session), []).append(mail.opened.entry)
    moved = [entries.get((email, WORLD_CAFE), []) for email in record.seated(WORLD_CAFE)]
    on_the_new_day = [told for told in moved if told and told[-1].start.startswith("2017-04-13")]
    broken = tuple(str(seat) for seat, told in entries.items() if not _follow_each_other(told))
    return [
        Line("calendars that have the World Café on its new day", len(moved), len(on_the_new_day)),
        Line("calendar entries that do not replace the earlier", 0, len(broken), broken),
    ]


def _follow_each_other(entries: list[Entry]) -> bool:
    sequences = [entry.sequence for entry in entries]
    return len({entry.uid for entry in entries}) == 1 and sequences == sorted(set(sequences))


def _list(mails: Counter[Due]) -> tuple[str, ...]:
    return tuple(f"{number} {' '.join(due)}" for due, number in mails.items())
