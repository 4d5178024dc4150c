"""What each process that answers keeps of the public sessions: the index, their documents as bytes (as many as fit),
how many seats are taken. It is brought up to date from the database whenever the stamp has changed.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from cachetools import LRUCache
from psycopg import Connection
from pyroaring import BitMap

from services.catalog.discovery import queries
from services.catalog.discovery.index import Index
from services.catalog.discovery.queries import IndexedSession, Stamp, Term
from services.catalog.sessions.documents import present_state
from shared import runtime
from shared.freshness import Freshness

# Where a document is cut to let in what the moment decides; nobody can guess it and write it into a title.
CUT = secrets.token_hex(16)
BEFORE_STATE, BEFORE_SEATS = f'"{CUT}a"'.encode(), f'"{CUT}b"'.encode()
OVERHEAD = 300
# So many bytes are kept of which sessions were found by which words.
MATCHING = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fragment:
    """A session's document in three pieces, between which its state and its seats belong."""

    changed_in: int
    head: bytes
    middle: bytes
    tail: bytes

    @property
    def size(self) -> int:
        return len(self.head) + len(self.middle) + len(self.tail) + OVERHEAD


class Shelf:
    """Use it within `open_shelf`."""

    def __init__(self, size: int) -> None:
        self.lock = threading.Lock()
        self.stamp: Stamp | None = None
        self.index = Index()
        self.confirmed: dict[UUID, int] = {}
        self.terms: dict[str, list[Term]] = {}
        # By what readers typed.
        self.matching: LRUCache[str, BitMap] = LRUCache(MATCHING, getsizeof=lambda found: 2 * len(found) + OVERHEAD)
        # What decides itself anew whenever the stamp changes, by number: state and seats.
        self.states: dict[int, tuple[bytes, bytes]] = {}
        self.fragments: LRUCache[int, Fragment] = LRUCache(size, getsizeof=lambda fragment: fragment.size)

    def catch_up(self, conn: Connection, stamp: Stamp) -> None:
        """Take in what changed since; everything where this is the first time, or the database counts anew."""
        known = self.stamp
        anew = known is None or stamp.revision < known.revision or self.index.is_loose()
        if anew:
            self.index = Index(queries.select_indexed(conn, after=0))
            self.confirmed = queries.select_confirmed(conn, after=0)
        if known and not anew:
            if stamp.revision != known.revision:
                self._take_in(queries.select_indexed(conn, after=known.revision))
            if stamp.reading_revision != known.reading_revision:
                self.confirmed |= queries.select_confirmed(conn, after=known.reading_revision)
        if known is None or anew or stamp.revision != known.revision:
            self.matching.clear()
            self.terms = {}
            for term in queries.select_terms(conn):
                self.terms.setdefault(term.vocabulary, []).append(term)
        self.states.clear()
        self.stamp = stamp

    def match(self, numbers: list[int]) -> BitMap:
        """The positions of those sessions that are public."""
        positions = self.index.positions
        return BitMap([positions[number] for number in numbers if number in positions])

    def _take_in(self, changed: list[IndexedSession]) -> None:
        for session in changed:
            if session.public:
                self.index.put(session)
            else:
                self.index.remove(session.number)

    def render(self, sessions: list[IndexedSession], now: datetime) -> list[bytes]:
        """The sessions as the public reads them at this moment, in JSON."""
        fragments = {one.number: fragment for one in sessions if (fragment := self._find(one))}
        missing = [one.number for one in sessions if one.number not in fragments]
        fragments |= self._fetch(missing) if missing else {}
        return [self._join(one, fragments[one.number], now) for one in sessions]

    def _find(self, session: IndexedSession) -> Fragment | None:
        fragment = self.fragments.get(session.number)
        return fragment if fragment and fragment.changed_in >= session.changed_in else None

    def _fetch(self, numbers: list[int]) -> dict[int, Fragment]:
        with runtime.connection() as conn:
            found = queries.select_documents(conn, numbers)
        fragments = {number: _cut(changed_in, document) for number, changed_in, document in found}
        for number, fragment in fragments.items():
            if fragment.size < self.fragments.maxsize:
                self.fragments[number] = fragment
        return fragments

    def _join(self, session: IndexedSession, fragment: Fragment, now: datetime) -> bytes:
        if (known := self.states.get(session.number)) is None:
            window = session.window(self.confirmed.get(session.id, 0))
            seats = b"null" if window.seats_left is None else b"%d" % window.seats_left
            known = self.states[session.number] = b'"%s"' % window.state(now).encode(), seats
        state, seats = known
        return b"".join((fragment.head, state, fragment.middle, seats, fragment.tail))


def _cut(changed_in: int, document: bytes) -> Fragment:
    presented = present_state(orjson.loads(document), state=f"{CUT}a", seats_left=f"{CUT}b")
    head, _, rest = orjson.dumps(presented).partition(BEFORE_STATE)
    middle, _, tail = rest.partition(BEFORE_SEATS)
    return Fragment(changed_in, head, middle, tail)


@contextmanager
def open_shelf() -> Iterator[Shelf]:
    """This process's shelf, up to date, for this thread alone."""
    present = runtime.current()
    if Shelf not in present.memory:
        present.memory.setdefault(Shelf, Shelf(present.settings.documents_megabytes * 1024 * 1024))
    shelf: Shelf = present.memory[Shelf]
    with shelf.lock:
        stamp = present.memory[Freshness].stamp()
        if stamp != shelf.stamp:
            with runtime.connection() as conn:
                shelf.catch_up(conn, stamp)
        yield shelf
