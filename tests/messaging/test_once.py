"""Every event takes effect once, in order, however often and in whatever order it comes."""

import random
from uuid import UUID, uuid4

import orjson
import pytest

from shared.events.catalog import SessionPublished, SessionUpdated
from shared.messaging import outbox
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session
from tests.waiting import eventually


def changes_of(subject: UUID, revisions: int) -> list[SessionPublished | SessionUpdated]:
    first = SessionPublished(session=make_session(subject, title="1"))
    return [
        first,
        *(SessionUpdated(session=make_session(subject, revision=n, title=str(n))) for n in range(2, revisions + 1)),
    ]


@pytest.mark.promise("P7", "P14")
def test_what_is_committed_takes_effect_once_and_in_order_per_aggregate(bench: Bench) -> None:
    subjects = [uuid4() for _ in range(40)]
    bench.worker("catalog")
    bench.worker("registration")
    bench.worker("registration")  # replicas share the work
    for revision in range(5):
        bench.commit(*[changes_of(subject, 5)[revision] for subject in subjects])

    bench.wait_settled(200)

    effects = bench.effects()
    assert len(effects) == 200
    for subject in subjects:
        assert [sequence for known, sequence in effects if known == str(subject)] == [1, 2, 3, 4, 5]


def test_a_transaction_that_rolls_back_publishes_nothing(bench: Bench) -> None:
    bench.worker("catalog")
    bench.worker("registration")
    with bench.connect("catalog") as conn:
        conn.autocommit = False
        conn.execute(
            "INSERT INTO outbox (event_id, type, aggregate, subject, sequence, document)"
            " VALUES (gen_random_uuid(), 'catalog.session.held', 'session', 'x', 1, '{}')"
        )
        conn.rollback()
    bench.commit(SessionPublished(session=make_session()))

    bench.wait_settled(1)


@pytest.mark.promise("P7", "P14")
def test_duplicates_and_reordering_change_nothing(bench: Bench) -> None:
    subject = uuid4()
    bench.commit(*changes_of(subject, 8))
    bodies = bench.documents() * 5
    random.Random(7).shuffle(bodies)
    with bench.connect("catalog") as conn:
        conn.execute("UPDATE outbox SET published_at = now()")
    bench.send(*bodies)
    bench.worker("registration")

    bench.wait_settled(8)

    assert sorted(sequence for _, sequence in bench.effects()) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert bench.value("SELECT title FROM copies WHERE id = %s", subject) == "8"


def test_events_of_the_handlers_own_are_recorded_with_the_effect_and_carry_the_correlation_id(bench: Bench) -> None:
    event = SessionPublished(session=make_session())
    bench.commit(event)
    [body] = bench.documents()
    document = {**orjson.loads(body), "correlationid": "order-66"}
    bench.send(orjson.dumps(document), orjson.dumps(document))
    bench.worker("registration")

    eventually(lambda: bench.value("SELECT count(*) FROM effects") == 1)

    assert bench.value("SELECT array_agg(document ->> 'correlationid') FROM outbox") == ["order-66"]


@pytest.mark.promise("P11")
def test_replaying_the_outbox_repairs_a_lost_broker_and_doubles_nothing(bench: Bench) -> None:
    with bench.connect("catalog") as conn:
        bench.commit(*[SessionPublished(session=make_session()) for _ in range(20)])
        conn.execute("UPDATE outbox SET published_at = now()")  # the broker confirmed, and then lost its disk
    bench.worker("catalog")
    bench.worker("registration")

    for _ in range(2):
        with bench.connect("catalog") as conn:
            assert outbox.replay(conn, since="2000-01-01T00:00:00Z") == 20
        bench.wait_settled(20)

    assert len(bench.effects()) == 20
