"""A worker that is killed at any instant loses no mail, and doubles none but the one that it was handing over."""

from collections.abc import Callable

import psycopg
import pytest

from shared.events.catalog import SessionPublished
from shared.events.envelope import Event, parse_envelope
from shared.messaging import inbox
from tests.notifications.mails import message_ids
from tests.notifications.samples import a_person, a_registration, a_session, confirmed, encoded
from tests.notifications.sink import Sink
from tests.processes import Process
from tests.waiting import eventually

MAILS = 30


def take_in(environment: dict[str, str], *events: Event) -> None:
    """Let events be received, as if they had come from the broker."""
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as conn:
        inbox.insert(conn, [inbox.IncomingEvent(*parse_envelope(encoded(event))) for event in events])


def states(environment: dict[str, str]) -> dict[str, int]:
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        return dict(conn.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall())


def doubts(environment: dict[str, str]) -> int:
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        row = conn.execute("SELECT sum(doubts) FROM messages").fetchone()
        assert row
        return row[0]


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("point", "doubtful"),
    [
        ("mail.after_claim", 0),
        ("mail.before_handing_over:7", 0),
        ("mail.before_dot:7", 1),
        ("mail.after_reply:7", 1),
    ],
)
def test_a_worker_that_is_killed_loses_nothing_and_doubles_only_what_is_in_doubt(
    environment: dict[str, str], worker: Callable[[], Process], sink: Sink, point: str, doubtful: int
) -> None:
    session = a_session()
    people = [a_person(email=f"person{n}@library.example") for n in range(MAILS)]
    take_in(environment, SessionPublished(session=session))
    take_in(environment, *[confirmed(a_registration(session, person=person)) for person in people])
    dying = worker().start(FAILPOINT=f"{point}=kill")
    assert dying.wait_dead() == -9

    worker().start()

    eventually(lambda: states(environment) == {"sent": MAILS}, seconds=30)
    assert doubts(environment) == doubtful
    assert len(set(message_ids(sink.mails))) == MAILS
    assert len(sink.accepted) == MAILS + (1 if point.startswith("mail.after_reply") else 0)
    recipients = {envelope.rcpt_tos[0] for envelope in sink.accepted}
    assert recipients == {person.email for person in people}


def test_a_worker_that_is_asked_to_stop_leaves_nothing_claimed(
    environment: dict[str, str], worker: Callable[[], Process], sink: Sink
) -> None:
    session = a_session()
    take_in(environment, SessionPublished(session=session))
    process = worker().start().wait_ready()
    take_in(environment, *[confirmed(a_registration(session)) for _ in range(MAILS)])
    eventually(lambda: sink.accepted)

    assert process.stop() == 0

    assert states(environment).keys() <= {"sent", "queued"}
    assert len(sink.accepted) == states(environment)["sent"]
