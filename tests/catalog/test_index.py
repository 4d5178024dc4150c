"""The index in memory finds what looking at every session finds, whatever came, moved and went meanwhile."""

import random
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from pyroaring import BitMap

from services.catalog.discovery.queries import IndexedSession
from services.catalog.discovery.session_index import Key, SessionIndex

DAY = datetime(2017, 1, 1, tzinfo=UTC)
chance = random.Random(7)
ids = count(1)


def make(number: int) -> IndexedSession:
    """At one of a few moments, so that many share one; some start within an interval, some have a recording."""
    starts = DAY + timedelta(days=chance.randrange(30))
    return IndexedSession(
        number=number,
        id=UUID(int=chance.getrandbits(128)),
        public=True,
        changed_in=next(ids),
        status="scheduled",
        capacity=None,
        opens_at=None,
        closes_at=None,
        starts_key=starts,
        starts_latest=starts + timedelta(hours=chance.choice([0, 0, chance.randrange(2000)])),
        title_key=chance.choice("abc"),
        published_key=DAY + timedelta(days=chance.randrange(5)),
        recorded_key=DAY if chance.random() < 0.3 else None,
        marks=[f"format:{chance.choice(['webinar', 'workshop'])}"],
    )


def key(order: str, session: IndexedSession) -> Key:
    return getattr(session, f"{order}_key"), session.id.hex


def pages(index: SessionIndex, order: str, found: BitMap, *, descending: bool, limit: int) -> list[IndexedSession]:
    """All of them, page by page."""
    seen: list[IndexedSession] = []
    while page := index.page(
        order, found, descending=descending, after=key(order, seen[-1]) if seen else None, limit=limit
    ):
        seen += page
    return seen


def test_every_order_is_that_of_sorting_after_any_changes() -> None:
    index = SessionIndex([make(number) for number in range(200)])
    for step in range(300):
        number = chance.randrange(260)
        index.remove(number) if step % 4 == 0 else index.put(make(number))
    everybody = list(index.sessions.values())
    assert len(everybody) > 150

    for order in ("starts", "title", "published", "recorded"):
        for found in (index.everything, index.having("format", ["webinar"]), BitMap(sorted(index.everything)[::9])):
            members = [session for at, session in index.sessions.items() if at in found]
            expected = sorted(
                (one for one in members if getattr(one, f"{order}_key")), key=lambda one, order=order: key(order, one)
            )
            for descending in (False, True):
                told = pages(index, order, found, descending=descending, limit=7)
                assert told == (expected[::-1] if descending else expected)


def test_those_that_may_start_from_a_moment_on_are_found_by_their_interval() -> None:
    index = SessionIndex([make(number) for number in range(100)])
    for number in range(40, 140):
        index.put(make(number))
    for number in range(0, 140, 5):
        index.remove(number)

    for day in range(-1, 130):
        moment = DAY + timedelta(days=day)
        after = {index.sessions[at].number for at in index.starting_after(moment)}
        before = {index.sessions[at].number for at in index.starting_before(moment)}
        assert before == {one.number for one in index.sessions.values() if one.starts_key < moment}
        assert after == {
            one.number for one in index.sessions.values() if one.starts_key >= moment or one.starts_latest > moment
        }
