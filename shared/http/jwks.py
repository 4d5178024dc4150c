"""The keys of an identity provider (JWKS, RFC 7517): fetched by one thread at a time, and never waited for long.

A set is good for `FRESH` seconds, then it is fetched again, and a key that is not in it any more is refused. While the
provider does not answer, keys that are known stay good for `STALE` seconds; a token of an unknown key gets a
503. An unknown key causes a fetch, too, but at most every `PAUSE` seconds, as after a failure, so that made-up key ids
cause no traffic.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import structlog

from shared.errors import ProviderAway

log = structlog.get_logger()

FRESH = 300.0
STALE = 3600.0
PAUSE = 10.0
# How long the whole of a fetch may take, and what a request waits for it: all threads of a process that has just
# started wait no longer than this.
TIMEOUT = 3.0
PATIENCE = 1.0

Keys = Mapping[str, jwt.PyJWK]


class RemoteKeySet:
    """The keys that `fetch` gives, by id."""

    def __init__(self, fetch: Callable[[], Keys], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Keys = {}
        self._fetched: float | None = None
        self._begun: float | None = None
        self._ended = threading.Event()
        self._ended.set()
        self._failed = False
        self._lock = threading.Lock()

    def find(self, kid: str | None) -> jwt.PyJWK:
        """The key of this id. Raises `jwt.InvalidTokenError` where the provider has none, and `ProviderAway` where it
        cannot be asked now.
        """
        if kid is None:
            raise jwt.InvalidTokenError("no key is named")
        if (key := self._keys.get(kid)) and self._age() < FRESH:
            return key
        begun = self._begin()
        if begun or not (self._failed or self._is_good(kid)):
            self._ended.wait(TIMEOUT if self._fetched is None else PATIENCE)
        if (key := self._keys.get(kid)) and self._age() < STALE:
            return key
        if self._failed or not self._ended.is_set() or self._age() >= STALE:
            raise ProviderAway("The identity provider does not answer. Please try again.", seconds=round(PAUSE))
        raise jwt.InvalidTokenError("unknown key")

    def _is_good(self, kid: str) -> bool:
        return kid in self._keys and self._age() < STALE

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _begin(self) -> bool:
        """Begin to fetch, in a thread of its own, unless that runs or was just done."""
        with self._lock:
            now = self._clock()
            if self._begun is not None and now - self._begun < PAUSE:
                return False
            self._begun = now
            self._failed = self._failed or not self._ended.is_set()
            self._ended = ended = threading.Event()
        threading.Thread(target=self._run, args=[now, ended], name="jwks", daemon=True).start()
        return True

    def _run(self, begun: float, ended: threading.Event) -> None:
        """Fetch the set and keep it, unless a later fetch has finished already."""
        found, error = None, ""
        try:
            found = self._fetch()
        except Exception as problem:  # the response may be anything
            error = type(problem).__name__
        with self._lock:
            if self._begun == begun:
                self._failed = found is None
                if found is not None:
                    self._keys, self._fetched = found, begun
        ended.set()
        if error:
            log.warning("keys of the identity provider cannot be fetched", error=error)


def make_fetcher(url: str) -> Callable[[], Keys]:
    """Fetch the key set of this URL; keeps only keys for signatures."""
    client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=TIMEOUT)

    def fetch() -> Keys:
        document: Any = client.fetch_data()
        if document.get("keys") == []:
            return {}
        found = jwt.PyJWKSet.from_dict(document)
        return {key.key_id: key for key in found.keys if key.key_id and key.public_key_use in ("sig", None)}

    return fetch
