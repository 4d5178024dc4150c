"""The final table: counted from the databases, the mail catcher, the broker and the catalog, against what had to come
of the choices.
"""

from collections import Counter

from deploy.demo import settling
from deploy.demo.mails import count_mails
from deploy.demo.plan import DIALOGUE, INTRODUCTION, WEBINARS, WORKSHOP, WORLD_CAFE
from deploy.demo.scenario import Scenario
from deploy.demo.site import CATALOG, REGISTRATION
from deploy.demo.terminal import Line

REGISTRATIONS = """
    SELECT p.email, s.slug, r.status, r.joined FROM registration.registrations AS r
      JOIN registration.people AS p ON p.id = r.person_id JOIN registration.sessions AS s ON s.id = r.session_id
     ORDER BY r.joined
"""
MISCOUNTED = """
    SELECT count(*) AS number FROM registration.seats AS s
     WHERE taken > capacity
        OR taken - held <> (SELECT count(*) FROM registration.registrations AS r
                      WHERE r.session_id = s.session_id AND r.status IN ('confirmed', 'offered'))
        OR EXISTS (SELECT FROM registration.seat_ledger AS l
                    WHERE l.session_id = s.session_id AND l.taken_after > s.capacity)
"""
PROMOTED = """
    SELECT p.email FROM registration.seat_ledger AS l
      JOIN registration.registrations AS r ON r.id = l.registration_id
      JOIN registration.people AS p ON p.id = r.person_id
      JOIN registration.sessions AS s ON s.id = r.session_id
     WHERE s.slug = 'world-cafe' AND l.cause = 'seat given up' AND l.delta = 1 ORDER BY l.entry
"""
OFFERED = """
    SELECT p.email FROM registration.seat_ledger AS l
      JOIN registration.registrations AS r ON r.id = l.registration_id
      JOIN registration.people AS p ON p.id = r.person_id
      JOIN registration.sessions AS s ON s.id = r.session_id
     WHERE s.slug = 'workshop-large-urban' AND l.cause IN ('seat given up', 'offer passed on') AND l.delta = 1
     ORDER BY l.entry
"""
CERTIFICATES = """
    SELECT p.email, c.title FROM registration.certificates AS c JOIN registration.people AS p ON p.id = c.person_id
"""
TAKING_PART = """
    SELECT (SELECT count(*) FROM registration.people) AS people,
           (SELECT count(*) FROM registration.attendance WHERE attended) AS attended,
           (SELECT count(*) FROM registration.views WHERE viewed_at IS NOT NULL) AS watched,
           (SELECT count(*) FROM registration.completions) AS completed
"""
INVITATIONS = """
    SELECT p.email, i.status FROM registration.invitations AS i JOIN registration.people AS p ON p.id = i.person_id
"""
SET_ASIDE = """
    SELECT (SELECT count(*) FROM catalog.inbox WHERE status = 'quarantined')
         + (SELECT count(*) FROM registration.inbox WHERE status = 'quarantined')
         + (SELECT count(*) FROM notifications.inbox WHERE status = 'quarantined')
         + (SELECT count(*) FROM catalog.quarantine) + (SELECT count(*) FROM registration.quarantine)
         + (SELECT count(*) FROM notifications.quarantine) AS number
"""


def count(scenario: Scenario) -> list[Line]:
    """Every line of the table."""
    return [
        *_registrations(scenario),
        *_taking_part(scenario),
        *_workshop(scenario),
        *_certificates(scenario),
        *count_mails(scenario.instance, scenario.mails, scenario.record, scenario.people),
        *_agreement(scenario),
    ]


def _registrations(scenario: Scenario) -> list[Line]:
    record, people, sizes = scenario.record, len(scenario.people), scenario.sizes
    rows = scenario.instance.query(REGISTRATIONS)
    statuses = {(row["email"], row["slug"]): row["status"] for row in rows}
    found = Counter((row["slug"], row["status"]) for row in rows)
    in_line = [row["email"] for row in rows if (row["slug"], row["status"]) == (WORLD_CAFE, "waitlisted")]
    promoted = [row["email"] for row in scenario.instance.query(PROMOTED)]
    different = record.statuses.items() ^ statuses.items()
    gone = sizes.seats_given_up + sizes.places_given_up
    first_in_line = people - sizes.webinar_seats
    return [
        Line("seats in the introduction", people, found[INTRODUCTION, "confirmed"]),
        Line("seats in the World Café, which has few", sizes.webinar_seats, found[WORLD_CAFE, "confirmed"]),
        Line("seats in the dialogue webinar", people, found[DIALOGUE, "confirmed"]),
        Line("seats and places given up in the World Café", gone, found[WORLD_CAFE, "cancelled"]),
        Line("still in line there", first_in_line - gone, found[WORLD_CAFE, "waitlisted"]),
        Line("the line is in the order in which people came", True, in_line == record.still_in_line),
        Line("its places were numbered without a gap", True, _numbered(record.position[WORLD_CAFE], first_in_line)),
        Line("those who moved up were the first in line, in order", True, promoted == record.promoted),
        Line("registrations (webinars, workshop), none twice", len(record.answers), len(rows)),
        Line("differing from what people were answered", 0, len(different), tuple(map(str, different))),
        Line(
            "sessions that were ever oversold, or are miscounted", 0, scenario.instance.query(MISCOUNTED)[0]["number"]
        ),
    ]


def _numbered(position: dict[str, int], most: int) -> bool:
    return sorted(position.values()) == list(range(1, most + 1))


def _taking_part(scenario: Scenario) -> list[Line]:
    record = scenario.record
    [found] = scenario.instance.query(TAKING_PART)
    held, reported = (sum((Counter(report[i]) for report in record.reports), Counter()) for i in (0, 1))
    return [
        Line("people, however often and however they wrote their address", len(scenario.people), found["people"]),
        Line("people with a seat in the platforms' reports", held["matched"], reported["matched"]),
        Line("strangers in them", held["unmatched"], reported["unmatched"]),
        Line("rows of people who joined twice", held["duplicates"], reported["duplicates"]),
        Line(
            "attended live, and long enough, or were let in at the door",
            len(record.attended) + len(record.came_to_workshop),
            found["attended"],
        ),
        Line("recordings watched", len(record.watched), found["watched"]),
        Line("people who saw all three webinars", len(_complete(scenario)), found["completed"]),
    ]


def _complete(scenario: Scenario) -> set[str]:
    return scenario.record.complete(person.email for person in scenario.people)


def _workshop(scenario: Scenario) -> list[Line]:
    complete, seats = _complete(scenario), scenario.sizes.workshop_seats
    invitations = scenario.instance.query(INVITATIONS)
    accepted = Counter(row["status"] for row in invitations)["accepted"]
    rows = scenario.instance.query(REGISTRATIONS)
    found = Counter(row["status"] for row in rows if row["slug"] == WORKSHOP)
    offered = [row["email"] for row in scenario.instance.query(OFFERED)]
    invited = {row["email"] for row in invitations}
    return [
        Line("invitations to the workshop", len(complete), len(invitations)),
        Line("issued to people who did not see all three", 0, len(invited ^ complete), tuple(invited ^ complete)),
        Line("accepted", len(complete), accepted),
        Line("seats in the workshop", min(seats, len(complete)), found["confirmed"]),
        Line("in line for it", max(len(complete) - seats, 0) - len(scenario.record.offered), found["waitlisted"]),
        Line("who was offered a seat, in the order of the line", True, offered == scenario.record.offered),
        Line("who answers an offer too late is answered", "410 offer-lapsed", scenario.record.late_answer),
        Line("who saw only two is answered", "403 invitation-required", scenario.record.refusal),
    ]


def _certificates(scenario: Scenario) -> list[Line]:
    record = scenario.record
    due = record.certificates(person.email for person in scenario.people)
    found = Counter((row["email"], row["title"]) for row in scenario.instance.query(CERTIFICATES))
    live = {email for email, _ in record.attended} | record.came_to_workshop
    watched, complete = {email for email, _ in record.watched}, _complete(scenario)
    counted = {
        "registered": len(scenario.people),
        "attended": len(live),
        "watched": len(watched),
        "completed": len(complete),
        "invited": len(complete),
        "took_part": len(live | watched),
    }
    by_type = Counter(person.library["type"] for person in scenario.people)
    return [
        Line("certificates of attendance and of completion", due.total(), found.total()),
        Line("issued to people who had not earned them", 0, (found - due).total(), tuple(map(str, found - due))),
        Line("one is an Open Badge, a PDF and a page that verifies it", True, record.certificate_stands),
        *(
            Line(f"the grant report: {name.replace('_', ' ')}", number, record.report.get(name))
            for name, number in counted.items()
        ),
        Line(
            "the grant report by library type",
            dict(sorted(by_type.items())),
            dict(sorted(record.report_by_type.items())),
        ),
    ]


def _agreement(scenario: Scenario) -> list[Line]:
    sessions = (*WEBINARS, WORKSHOP)
    disagreeing = tuple(slug for slug in sessions if not _seats_agree(scenario, slug))
    scenario.mirror.follow()
    differences = tuple(scenario.mirror.differences())
    waiting = settling.waiting(scenario.instance)
    queues = scenario.instance.queue_lengths()
    return [
        Line("sessions whose seats catalog and registration say otherwise", 0, len(disagreeing), disagreeing),
        Line("things that the outside site's mirror has otherwise", 0, len(differences), differences),
        Line("events and mails that wait in databases", 0, sum(waiting.values()), _named(waiting)),
        Line("messages in the broker's queues", 0, sum(queues.values()), _named(queues)),
        Line("set aside in quarantine", 0, scenario.instance.query(SET_ASIDE)[0]["number"]),
    ]


def _seats_agree(scenario: Scenario, slug: str) -> bool:
    shown = scenario.site.read(f"{CATALOG}/sessions/{slug}")["registration"]
    known = scenario.site.read(f"{REGISTRATION}/sessions/{slug}/availability")
    return all(shown[name] == known[name] for name in ("capacity", "seats_left", "state"))


def _named(numbers: dict[str, int]) -> tuple[str, ...]:
    return tuple(f"{number} {name}" for name, number in numbers.items() if number)
