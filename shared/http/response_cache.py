"""Response cache: a stored response is sent again, before Flask, as long as its cache version is valid. Request ids,
access log, metrics and conditional requests work as for any other response.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from cachetools import FIFOCache
from flask import request
from prometheus_client import Counter, Histogram
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_etags
from werkzeug.wrappers import Request

from shared import metrics, runtime
from shared.cache_version import CacheVersion, CacheVersionMonitor
from shared.http import request_context
from shared.http.access_log import AccessLogBuffer, AccessRecord, RequestInfo
from shared.messaging.loop import UNAVAILABLE

Headers = list[tuple[str, str]]
Start = Callable[..., Any]

CACHEABLE, FAILURE = "convene.keep", "convene.failure"
# Bytes that a stored response needs besides its body.
OVERHEAD = 2000
# A 304 has none of these (RFC 9110, 15.4.5).
BODY_HEADERS = ("Content-Type", "Content-Length")
# Headers that differ between responses of one path.
PER_RESPONSE_HEADERS = ("Content-Length", "ETag", "Link")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response that was sent, and its request."""

    stamp: CacheVersion
    asked: RequestInfo
    counters: dict[int, Counter]
    latency: Histogram
    headers: Headers
    bare: Headers
    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class FastPathResponse:
    """The response of a view on the fast path; `link` is the header of that name, if there is one."""

    body: bytes
    etag: str
    link: str | None = None


# From the query; None where Flask is to answer, as it is for whatever is wrong with a request.
FastPathView = Callable[[MultiDict[str, str]], FastPathResponse | None]


def mark_cacheable(body: bytes, content_type: str) -> None:
    """Mark the response as cacheable: it is the same for everybody until the cache version changes. `body` is the whole
    body, also if this response is a 304.
    """
    request.environ[CACHEABLE] = body, content_type


class ResponseCache:
    """The WSGI application `inner`, with at most `size` bytes of its answers in memory. What is not kept is answered by
    the `fast_paths` view of its path, where there is one, with the headers that Flask once gave to another query there.
    """

    def __init__(
        self,
        inner: Callable[..., Iterable[bytes]],
        present: runtime.Runtime,
        *,
        versions: CacheVersionMonitor,
        size: int,
        fast_paths: Mapping[str, FastPathView],
    ) -> None:
        self.inner = inner
        self.present = present
        self.versions = versions
        # A lookup changes nothing, and so needs no lock. All responses are replaced when the version changes, so the
        # oldest ones are those that nobody has requested since.
        self.answers: FIFOCache[tuple[str, str], CachedResponse] = FIFOCache(
            size, getsizeof=lambda answer: len(answer.body) + OVERHEAD
        )
        self.lock = threading.Lock()
        self.access_log = AccessLogBuffer()
        self.fast_paths = fast_paths
        self.samples: dict[str, CachedResponse] = {}
        prefix = f"/{present.service}"
        self.never = tuple(
            f"{prefix}/{path}" for path in ("health/", "metrics", "staff/", "static/", "v1/docs", "v1/openapi.json")
        )

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        began = time.perf_counter()
        path = environ["PATH_INFO"]
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or "HTTP_AUTHORIZATION" in environ
            or path.startswith(self.never)
        ):
            return self.inner(environ, start_response)
        try:
            stamp = self.versions.current()
        except UNAVAILABLE as error:
            environ[FAILURE] = error
            return self.inner(environ, start_response)
        key = (path, environ.get("QUERY_STRING", ""))
        try:
            answer = self.answers[key]
        except KeyError:
            answer = None
        if answer is not None and answer.stamp is stamp:
            return self._give(answer, environ, start_response, began)
        if path in self.samples and (found := self._view(key, stamp, environ)):
            return self._give(found, environ, start_response, began, "direct")
        metrics.CACHED_RESPONSES.labels("flask").inc()
        return self._ask(key, stamp, environ, start_response)

    def clear(self) -> None:
        """Forget every answer."""
        with self.lock:
            self.answers.clear()
            self.samples.clear()

    def _view(self, key: tuple[str, str], stamp: CacheVersion, environ: dict[str, Any]) -> CachedResponse | None:
        path, _ = key
        try:
            with runtime.use(self.present):
                found = self.fast_paths[path](Request(environ, populate_request=False).args)
        except UNAVAILABLE as error:
            environ[FAILURE] = error
            return None
        except Exception:
            # Flask's way meets it again, logs it and says it as every other failure is said.
            return None
        if found is None:
            return None
        sample, etag = self.samples[path], f'"{found.etag}"'
        told = {"Content-Length": str(len(found.body)), "ETag": etag} | ({"Link": found.link} if found.link else {})
        headers = [*(pair for pair in sample.headers if pair[0] not in PER_RESPONSE_HEADERS), *told.items()]
        answer = replace(sample, stamp=stamp, headers=headers, bare=_bare(headers), etag=etag, body=found.body)
        self._put(key, answer)
        return answer

    def _give(
        self,
        answer: CachedResponse,
        environ: dict[str, Any],
        start_response: Start,
        began: float,
        source: Literal["memory", "direct"] = "memory",
    ) -> Iterable[bytes]:
        match = environ.get("HTTP_IF_NONE_MATCH")
        unchanged = match is not None and (match == answer.etag or _contains(match, answer.etag))
        status = 304 if unchanged else 200
        id, trace, moment = request_context.request_id(environ), environ.get("HTTP_TRACEPARENT", ""), time.time()
        told = ("X-Request-Id", id), _expiry(moment)
        if unchanged:
            start_response("304 NOT MODIFIED", [*answer.bare, *told])
        else:
            start_response("200 OK", [*answer.headers, *told])
        seconds = time.perf_counter() - began
        counter = answer.counters[status]
        self.access_log.append(
            AccessRecord(answer.asked, status, counter, answer.latency, id, trace, moment, seconds, source)
        )
        return [] if unchanged or environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _ask(
        self, key: tuple[str, str], stamp: CacheVersion, environ: dict[str, Any], start_response: Start
    ) -> Iterable[bytes]:
        told: list[Any] = []

        def listen(status: str, headers: Headers, exc_info: Any = None) -> Any:
            told[:] = [status, headers]
            if CACHEABLE in environ:
                headers = [*headers, _expiry(time.time())]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        found = self.inner(environ, listen)
        if CACHEABLE in environ and told[0].startswith(("200", "304")) and environ["REQUEST_METHOD"] == "GET":
            self._remember(key, stamp, environ, told[1])
        return found

    def _remember(self, key: tuple[str, str], stamp: CacheVersion, environ: dict[str, Any], headers: Headers) -> None:
        body, content_type = environ[CACHEABLE]
        kept = [pair for pair in headers if pair[0] not in (*BODY_HEADERS, "X-Request-Id")]
        kept += [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        etag = next((value for name, value in kept if name == "ETag"), "")
        asked: RequestInfo = environ[request_context.REQUEST_INFO]
        service = self.present.service
        counters = {status: metrics.REQUESTS.labels(service, "GET", asked.route, status) for status in (200, 304)}
        latency = metrics.LATENCY.labels(service, asked.route)
        answer = CachedResponse(stamp, asked, counters, latency, kept, _bare(kept), etag, body)
        if key[0] in self.fast_paths:
            self.samples[key[0]] = answer
        self._put(key, answer)

    def _put(self, key: tuple[str, str], answer: CachedResponse) -> None:
        with self.lock:
            if len(answer.body) + OVERHEAD <= self.answers.maxsize / 10:
                self.answers[key] = answer


def _bare(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name not in BODY_HEADERS]


def _expiry(moment: float) -> tuple[str, str]:
    """For how long a gateway in front may give this answer: until its second is over. nginx counts in whole seconds, so
    that `max-age=1` would last for up to two; it takes this header away.
    """
    return "X-Accel-Expires", f"@{int(moment)}"


def _contains(header: str, etag: str) -> bool:
    return parse_etags(header).contains_raw(etag)


def raise_failure() -> None:
    """Before a view: what kept its stamp from being read would keep the view from reading, after the same wait."""
    if failure := request.environ.get(FAILURE):
        raise failure
