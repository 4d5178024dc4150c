"""Answers that are noted are counted and logged, soon and at the latest when the process ends."""

import errno
import io
import json
import logging
import subprocess
import sys
import threading

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram

from shared import logs
from shared.http import access_log
from shared.http.access_log import AccessLogBuffer, AccessRecord, RequestInfo
from tests.servers.databases import ROOT
from tests.waiting import eventually

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ENDS = """
import time
from shared import logs, metrics
from shared.http.access_log import AccessLogBuffer, AccessRecord, RequestInfo
logs.configure("catalog", "api", "info")
count = metrics.REQUESTS.labels("catalog", "GET", "/catalog/v1/sessions", 200)
latency = metrics.LATENCY.labels("catalog", "/catalog/v1/sessions")
asked = RequestInfo("GET", "/catalog/v1/sessions/<slug>", {"slug": "cafe"})
AccessLogBuffer().append(AccessRecord(asked, 200, count, latency, "mine", "", 1481817600.5, 0.0123))
"""


def test_what_was_noted_is_logged_when_the_process_ends() -> None:
    lines = subprocess.run([sys.executable, "-c", ENDS], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    [line] = map(json.loads, lines.splitlines())
    trace, span = line.pop("trace_id"), line.pop("span_id")

    assert (len(trace), len(span)) == (32, 16)
    assert line == {
        "service": "catalog",
        "process": "api",
        "event": "request",
        "level": "info",
        "timestamp": "2016-12-15T16:00:00.500000Z",
        "request_id": "mine",
        "method": "GET",
        "route": "/catalog/v1/sessions/<slug>",
        "subject": {"slug": "cafe"},
        "status": 200,
        "milliseconds": 12.3,
    }


def test_answers_are_counted_on_after_the_log_could_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.BytesIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(logs, "access_log", logs.AccessLogWriter(FullDisk(), logging.INFO))
    registry = CollectorRegistry()
    count, latency = Counter("requests", "", registry=registry), Histogram("seconds", "", registry=registry)
    tally = AccessLogBuffer()

    for number in (1, 2):
        tally.append(AccessRecord(RequestInfo("GET", "/", {}), 200, count, latency, "x", "", 0.0, 0.5))
        eventually(lambda number=number: registry.get_sample_value("requests_total") == number)

    assert not tally.notes


def test_none_is_lost_or_counted_twice_when_many_threads_note() -> None:
    registry = CollectorRegistry()
    counts = [Counter(f"requests_{status}", "", registry=registry) for status in (200, 304)]
    latency = Histogram("seconds", "", registry=registry, buckets=(0.01, 1))
    tally, asked = AccessLogBuffer(), RequestInfo("GET", "/", {})

    def append() -> None:
        for number in range(500):
            tally.append(AccessRecord(asked, 200, counts[number % 2], latency, "x", "", 0.0, 0.5 * (number % 2)))

    threads = [threading.Thread(target=append) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    names = "requests_200_total", "requests_304_total"
    eventually(lambda: [registry.get_sample_value(name) for name in names] == [2000, 2000])
    assert registry.get_sample_value("seconds_bucket", {"le": "0.01"}) == 2000
    assert registry.get_sample_value("seconds_count") == 4000


def test_flask_and_the_cache_write_the_same_line_and_probes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr(logs, "access_log", logs.AccessLogWriter(stream, logging.INFO))
    registry = CollectorRegistry()
    count, latency = Counter("requests", "", registry=registry), Histogram("seconds", "", registry=registry)
    routes = ("/catalog/v1/sessions", "/catalog/health/live")
    requests = [RequestInfo("GET", route, {}) for route in routes]
    records = [AccessRecord(asked, 200, count, latency, "x", TRACE, 0.0, 0.5) for asked in requests]

    access_log.write([record._replace(source=None) for record in records])
    buffer = AccessLogBuffer()
    for record in records:
        buffer.append(record)
    eventually(lambda: registry.get_sample_value("requests_total") == 4)
    eventually(lambda: stream.getvalue().count(b"\n") == 2)

    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first == second
    assert (first["route"], first["trace_id"]) == ("/catalog/v1/sessions", TRACE.split("-")[1])
