"""Many registrations at once are handled together, and what comes of it is what comes of each alone."""

from uuid import uuid4

import pytest

from services.notifications.app import SERVICE
from shared.events import registration as participation
from shared.events.catalog import SessionPublished
from shared.events.envelope import Event, parse_envelope
from shared.messaging import inbox, processor
from shared.messaging.processor import Processor
from shared.messaging.wakeup import Listener
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_person, a_registration, a_session, confirmed, encoded


def arrivals(*events: Event) -> list[inbox.IncomingEvent]:
    """Events as they come over the wire, each with its id."""
    return [inbox.IncomingEvent(*parse_envelope(encoded(event))) for event in events]


def work_off(post: PostOffice, *came: inbox.IncomingEvent) -> None:
    """Let events be received in this order, and handled by one loop until none is left that can be."""
    inbox.insert(post.conn, came)
    loop = Processor(1, post.runtime, SERVICE.event_handlers(), Listener("", "notifications"))
    while loop.work_off_one_lane(post.conn):
        pass


def test_a_neighbour_is_called_where_more_than_one_lane_has_work(post: PostOffice) -> None:
    one = a_session()
    lane = arrivals(SessionPublished(session=one))[0].lane
    told = (arrivals(SessionPublished(session=a_session(slug=f"s{number}")))[0] for number in range(1000))
    other = next(arrival for arrival in told if arrival.lane != lane)
    inbox.insert(post.conn, [*arrivals(SessionPublished(session=one)), other])
    loop = Processor(1, post.runtime, SERVICE.event_handlers(), Listener("", "notifications"))

    called = [(loop.work_off_one_lane(post.conn), loop.wakeup.wait(0)) for _ in range(3)]

    assert called == [(1, True), (1, False), (0, False)]


def statuses(post: PostOffice) -> dict[str, int]:
    return dict(post.conn.execute("SELECT status, count(*) FROM inbox GROUP BY status").fetchall())


@pytest.mark.parametrize("batch", [1, 200])
def test_a_storm_of_registrations_makes_each_persons_mail_due_once(
    post: PostOffice, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(processor, "BATCH", batch)
    session, unknown = a_session(), a_session(slug="unknown")
    erased = a_person("Cy", "cy@library.example")
    erasure = participation.Erasure(id=uuid4(), revision=1, person=erased)
    work_off(post, *arrivals(SessionPublished(session=session), participation.PersonErased(erasure=erasure)))
    people = [a_person(email=f"person{number}@library.example") for number in range(40)]
    seats = [a_registration(session, person=person) for person in people]
    line = [
        a_registration(session, status="waitlisted", position=place, person=a_person(email=f"w{place}@x.example"))
        for place in range(1, 11)
    ]
    storm = arrivals(*[confirmed(seat) for seat in seats])
    strays = [a_registration(unknown), a_registration(session, person=erased)]

    work_off(post, *storm[:20], *arrivals(*[confirmed(stray) for stray in strays]))
    work_off(post, *storm, *arrivals(*[participation.RegistrationWaitlisted(registration=one) for one in line]))

    due = [(row["recipient"], row["kind"]) for row in post.rows()]
    assert sorted(due) == sorted(
        [*((person.email, "registration-confirmed") for person in people)]
        + [(f"w{place}@x.example", "registration-waitlisted") for place in range(1, 11)]
    )
    contexts = {row["recipient"]: row["context"] for row in post.rows()}
    assert contexts["w7@x.example"] == {"position": 7, "registered_by": None}
    assert statuses(post)["pending"] == 1  # the one for a session that is not known yet


def test_of_two_revisions_of_one_registration_that_come_together_the_later_stands(post: PostOffice) -> None:
    session = a_session()
    seat = a_registration(session)
    corrected = [
        participation.RegistrationConfirmed(
            registration=a_registration(session, id=seat.id, revision=revision, person=a_person(name=name))
        )
        for revision, name in ((3, "Third"), (2, "Second"))
    ]
    work_off(post, *arrivals(SessionPublished(session=session)))

    work_off(post, *arrivals(*corrected))

    assert post.conn.execute("SELECT revision, name FROM registrations").fetchall() == [(3, "Third")]
    assert len(post.rows()) == 2
