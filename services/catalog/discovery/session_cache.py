"""In-process cache of public sessions: the index, their documents as bytes (as many as fit), and taken seats. It is
updated from the database whenever the cache version changes.
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

from services.catalog.availability.representations import present_state
from services.catalog.discovery import queries
from services.catalog.discovery.queries import CatalogVersion, FacetTerm, IndexedSession
from services.catalog.discovery.session_index import SessionIndex
from shared import runtime
from shared.cache_version import CacheVersionMonitor

# Random placeholders for values filled in at read time; unguessable, so no title can contain them.
STATE, SEATS = (secrets.token_hex(16).encode() for _ in range(2))
OVERHEAD = 300
# Size limit of the cache of search matches, in bytes.
MATCHING = 8 * 1024 * 1024


@dataclass(slots=True)
class CachedSession:
    """Cached session JSON with the byte offsets of the two values that change: `state` is at `cut`, and `seats` follows
    `between` bytes after it. The document is current while the cache version is `stamp`.
    """

    changed_in: int
    document: bytes
    cut: int
    between: int
    state: bytes
    seats: bytes
    stamp: CatalogVersion | None = None

    def put(self, state: bytes, seats: bytes) -> None:
        if (state, seats) == (self.state, self.seats):
            return
        middle = self.cut + len(self.state)
        tail = middle + self.between + len(self.seats)
        pieces = self.document[: self.cut], state, self.document[middle : middle + self.between], seats
        self.document = b"".join((*pieces, self.document[tail:]))
        self.state, self.seats = state, seats


class SessionCache:
    """Use it only within `open_session_cache`, which holds its lock."""

    def __init__(self, size: int) -> None:
        self.lock = threading.Lock()
        self.stamp: CatalogVersion | None = None
        self.index = SessionIndex()
        self.confirmed: dict[UUID, int] = {}
        self.terms: dict[str, list[FacetTerm]] = {}
        # Matching positions by search text.
        self.matching: LRUCache[str, BitMap] = LRUCache(MATCHING, getsizeof=lambda found: 2 * len(found) + OVERHEAD)
        self.documents: LRUCache[int, CachedSession] = LRUCache(size, getsizeof=_size)

    def catch_up(self, conn: Connection, stamp: CatalogVersion) -> None:
        """Load what changed since the last version; load everything the first time, or if the revision went back."""
        known = self.stamp
        rebuild = known is None or stamp.revision < known.revision or self.index.is_loose()
        if rebuild:
            self.index = SessionIndex(queries.select_indexed(conn, after=0))
            self.confirmed = queries.select_confirmed(conn, after=0)
        if known and not rebuild:
            if stamp.revision != known.revision:
                self._take_in(queries.select_indexed(conn, after=known.revision))
            if stamp.reading_revision != known.reading_revision:
                self.confirmed |= queries.select_confirmed(conn, after=known.reading_revision)
        if known is None or rebuild or stamp.revision != known.revision:
            self.matching.clear()
            self.terms = {}
            for term in queries.select_terms(conn):
                self.terms.setdefault(term.vocabulary, []).append(term)
        self.stamp = stamp

    def match(self, numbers: list[int]) -> BitMap:
        """Return the positions of those of the numbered sessions that are public."""
        positions = self.index.positions
        return BitMap([positions[number] for number in numbers if number in positions])

    def _take_in(self, changed: list[IndexedSession]) -> None:
        for session in changed:
            if session.public:
                self.index.put(session)
            else:
                self.index.remove(session.number)

    def render(self, sessions: list[IndexedSession], now: datetime) -> list[bytes]:
        """Return the sessions as JSON, as the public reads them now."""
        found = [self._find(session) for session in sessions]
        missing = [session.number for session, known in zip(sessions, found, strict=True) if known is None]
        fetched = self._fetch(missing) if missing else {}
        known = (known or fetched[session.number] for session, known in zip(sessions, found, strict=True))
        return [self._present(session, one, now) for session, one in zip(sessions, known, strict=True)]

    def _find(self, session: IndexedSession) -> CachedSession | None:
        try:
            known = self.documents[session.number]
        except KeyError:
            return None
        return known if known.changed_in >= session.changed_in else None

    def _fetch(self, numbers: list[int]) -> dict[int, CachedSession]:
        with runtime.connection() as conn:
            found = queries.select_documents(conn, numbers)
        fetched = {number: _cut(changed_in, document) for number, changed_in, document in found}
        for number, one in fetched.items():
            if _size(one) < self.documents.maxsize:
                self.documents[number] = one
        return fetched

    def _present(self, session: IndexedSession, known: CachedSession, now: datetime) -> bytes:
        if known.stamp is not self.stamp:
            window = session.window(self.confirmed.get(session.id, 0))
            seats = b"null" if window.seats_left is None else b"%d" % window.seats_left
            known.put(b'"%s"' % window.state(now).encode(), seats)
            known.stamp = self.stamp
        return known.document


def _cut(changed_in: int, document: str) -> CachedSession:
    presented = orjson.dumps(present_state(orjson.loads(document), state=STATE.decode(), seats_left=SEATS.decode()))
    cut = presented.index(b'"%s"' % STATE)
    between = presented.index(b'"%s"' % SEATS, cut) - cut - len(STATE) - 2
    return CachedSession(changed_in, presented, cut, between, b'"%s"' % STATE, b'"%s"' % SEATS)


def _size(known: CachedSession) -> int:
    return len(known.document) + OVERHEAD


@contextmanager
def open_session_cache() -> Iterator[SessionCache]:
    """Yield this process's session cache, up to date and locked."""
    present = runtime.current()
    if SessionCache not in present.memory:
        present.memory.setdefault(SessionCache, SessionCache(present.settings.documents_megabytes * 1024 * 1024))
    shelf: SessionCache = present.memory[SessionCache]
    with shelf.lock:
        stamp = present.memory[CacheVersionMonitor].current()
        if stamp != shelf.stamp:
            with runtime.connection() as conn:
                shelf.catch_up(conn, stamp)
        yield shelf
