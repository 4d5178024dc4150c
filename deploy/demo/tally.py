"""The final table: counted from the databases, the mail catcher and the catalog, against what had to come of the
choices.
"""

from collections import Counter
from typing import Any

from deploy.demo.choices import WEBINARS, WORKSHOP, WORLD_CAFE
from deploy.demo.story import CATALOG, REGISTRATION, Story
from deploy.demo.telling import Line

STATUSES = """
    SELECT s.slug, r.status, count(*) AS number FROM registration.registrations AS r
      JOIN registration.sessions AS s ON s.id = r.session_id GROUP BY 1, 2
"""
SEATS = """
    SELECT count(*) AS number FROM registration.seats AS s
     WHERE taken > capacity
        OR taken <> (SELECT count(*) FROM registration.registrations AS r
                      WHERE r.session_id = s.session_id AND r.status = 'confirmed')
"""
LINE = """
    SELECT p.email FROM registration.registrations AS r JOIN registration.people AS p ON p.id = r.person_id
      JOIN registration.sessions AS s ON s.id = r.session_id
     WHERE s.slug = 'world-cafe' AND r.status = 'waitlisted' ORDER BY r.joined
"""
INVITATIONS = """
    SELECT p.email, i.status FROM registration.invitations AS i JOIN registration.people AS p ON p.id = i.person_id
"""
MESSAGES = "SELECT id::text, kind, recipient, state, doubts FROM notifications.messages"
SET_ASIDE = """
    SELECT (SELECT count(*) FROM catalog.inbox WHERE status = 'quarantined')
         + (SELECT count(*) FROM registration.inbox WHERE status = 'quarantined')
         + (SELECT count(*) FROM notifications.inbox WHERE status = 'quarantined')
         + (SELECT count(*) FROM catalog.quarantine) + (SELECT count(*) FROM registration.quarantine)
         + (SELECT count(*) FROM notifications.quarantine) AS number
"""


def count(story: Story) -> list[Line]:
    """Every line of the table."""
    return [*_registrations(story), *_invitations(story), *_mails(story), *_agreement(story)]


def _registrations(story: Story) -> list[Line]:
    record, people = story.record, len(story.people)
    rows = story.instance.query(STATUSES)
    found = {(row["slug"], row["status"]): row["number"] for row in rows}
    given_up = len(record.seats_given_up) + len(record.places_given_up)
    still = [e for e in sorted(record.position, key=lambda e: record.position[e]) if e not in record.promoted]
    lines = [
        Line("seats in the introduction", people, found.get((WEBINARS[0], "confirmed"))),
        Line("seats in the World Café, which has few", story.sizes.webinar_seats, found.get((WORLD_CAFE, "confirmed"))),
        Line("given up there", given_up, found.get((WORLD_CAFE, "cancelled"))),
        Line(
            "still in line there",
            people - story.sizes.webinar_seats - given_up,
            found.get((WORLD_CAFE, "waitlisted"), 0),
        ),
        Line("seats in the dialogue webinar", people, found.get((WEBINARS[2], "confirmed"))),
        Line("sessions whose seats are miscounted or oversold", 0, story.instance.query(SEATS)[0]["number"]),
    ]
    in_line = [row["email"] for row in story.instance.query(LINE)]
    expected = [email for email in still if email not in record.places_given_up]
    return [*lines, Line("the line is in the order in which people came", True, in_line == expected)]


def _invitations(story: Story) -> list[Line]:
    record, seats = story.record, story.sizes.workshop_seats
    complete = {p.email for p in story.people if all((p.email, webinar) in record.seen for webinar in WEBINARS)}
    rows = story.instance.query(INVITATIONS)
    workshop = Counter(record.workshop.values())
    return [
        Line("people who saw all three webinars, each invited once", len(complete), len(rows)),
        Line("exactly those", True, {row["email"] for row in rows} == complete == record.invited),
        Line("invitations accepted", len(complete), sum(row["status"] == "accepted" for row in rows)),
        Line("seats in the workshop", min(seats, len(complete)), workshop["confirmed"]),
        Line("in line for the workshop", max(len(complete) - seats, 0), workshop["waitlisted"]),
        Line("who saw only two is turned away with", 403, record.turned_away),
    ]


def _mails(story: Story) -> list[Line]:
    record, people = story.record, len(story.people)
    messages = story.instance.query(MESSAGES)
    found = Counter(message["kind"] for message in messages)
    sent = {message["id"]: message["recipient"] for message in messages if message["state"] == "sent"}
    mails = story.mails.read_all()
    arrived = Counter(mail.message_id for mail in mails)
    doubts = sum(message["doubts"] for message in messages)
    seats = story.sizes.webinar_seats
    workshop = Counter(record.workshop.values())
    return [
        Line("mails: you have a seat", 2 * people + seats + workshop["confirmed"], found["registration-confirmed"]),
        Line("mails: you are in line", people - seats + workshop["waitlisted"], found["registration-waitlisted"]),
        Line("mails: you moved up", len(record.promoted), found["registration-promoted"]),
        Line(
            "mails: you gave up",
            len(record.seats_given_up) + len(record.places_given_up),
            found["registration-cancelled"],
        ),
        Line("mails: the World Café has moved", seats, found["session-rescheduled"]),
        Line("mails: the recording is there", 2 * people + seats, found["recording-published"]),
        Line("mails: you are invited", len(record.invited), found["invitation-issued"]),
        Line("calendars that moved the World Café", *record.entries),
        Line("mails due and not sent", 0, len(messages) - len(sent)),
        Line("mails sent, and in the mail catcher", len(sent), len(arrived.keys() & sent.keys())),
        Line("each with the one whom it is for", True, all(sent.get(mail.message_id) == mail.to for mail in mails)),
        Line("mails that nobody caused", 0, len(arrived.keys() - sent.keys())),
        Line(f"mails twice, but for those in doubt ({doubts})", 0, max(arrived.total() - len(arrived) - doubts, 0)),
    ]


def _agreement(story: Story) -> list[Line]:
    return [
        Line("sessions on whose seats catalog and registration agree", len(WEBINARS) + 1, _agreeing(story)),
        Line("the outside site's mirror equals the catalog", True, _mirrors(story)),
        Line("set aside in quarantine", 0, story.instance.query(SET_ASIDE)[0]["number"]),
    ]


def _agreeing(story: Story) -> int:
    return sum(_seats_shown(story, slug) for slug in (*WEBINARS, WORKSHOP))


def _seats_shown(story: Story, slug: str) -> bool:
    shown = story.site.get(f"{CATALOG}/sessions/{slug}").json()["registration"]
    known = story.site.get(f"{REGISTRATION}/sessions/{slug}/availability").json()
    return (shown["capacity"], shown["seats_left"]) == (known["capacity"], known["seats_left"])


def _mirrors(story: Story) -> bool:
    """Whether what the mirror holds of every session is what the catalog answers, but for what registration adds."""
    story.follow()
    sessions = story.site.get(f"{CATALOG}/sessions?limit=100").json()["items"]
    held = {slug: document for (kind, slug), document in story.record.mirror.items() if kind == "session" and document}
    return {s["slug"]: _own(s) for s in sessions} == {slug: _own(document) for slug, document in held.items()}


def _own(session: dict[str, Any]) -> dict[str, Any]:
    registration = {name: session["registration"][name] for name in ("policy", "opens_at", "closes_at", "capacity")}
    return {**session, "registration": registration}
