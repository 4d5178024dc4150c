"""The worker: one process that relays, consumes, processes and does what is due, each on a thread of its own.

Any number of workers may run. SIGTERM lets each loop finish what it is at, within 20 s. A loop that ends on an error
ends the process with exit code 1, so that its supervisor restarts it: no thread dies silently.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson
import prometheus_client
import structlog

from shared import failpoints, health, metrics, runtime, tracing
from shared.jobs import Job, JobLoop
from shared.messaging import retention
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handler
from shared.messaging.loop import Loop
from shared.messaging.processor import Processor
from shared.messaging.relay import Relay
from shared.messaging.wakeup import Listener
from shared.metrics import MetricsQuery

log = structlog.get_logger()

STOP_SECONDS = 20.0


def run(
    present: runtime.Runtime,
    handlers: dict[str, list[Handler]],
    jobs: list[Job],
    metric_queries: Sequence[MetricsQuery] = (),
) -> int:
    """Run until SIGTERM or SIGINT, or until a loop fails; returns the exit code."""
    failpoints.arm(present.settings.failpoint)
    tracing.install(present.service, "worker", present.settings)
    present.database.open()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    loops = build_loops(present, handlers, jobs)
    failures: list[str] = []
    threads = [
        threading.Thread(target=_guard, args=(loop, stop, failures), name=loop.name, daemon=True) for loop in loops
    ]
    registry = metrics.registry_of(present, "worker", metric_queries=metric_queries, loops=loops)
    server = _serve_health(present, loops, registry)
    _wait_for_schema(present, loops, stop)
    runtime.freeze_startup_objects()
    for thread in threads:
        thread.start()
    log.info("worker started", loops=[loop.name for loop in loops])
    stop.wait()
    _join(threads)
    server.shutdown()
    present.database.close()
    log.info("worker stopped", failures=failures)
    return 1 if failures else 0


def build_loops(present: runtime.Runtime, handlers: dict[str, list[Handler]], jobs: list[Job]) -> list[Loop]:
    """Every loop of a worker of this service. One that listens to nothing has no consumer."""
    settings, conninfo = present.settings, present.database.conninfo
    listener = Listener(conninfo, present.service)
    loops: list[Loop] = [listener, Relay(settings, conninfo, present.service, listener)]
    if handlers:
        loops.append(Consumer(settings, present.service, present.database, handled=handlers.keys()))
        loops += [Processor(number, present, handlers, listener) for number in range(1, settings.processors + 1)]
    return loops + [JobLoop(job, present, listener) for job in (*jobs, retention.JOB)]


def _wait_for_schema(present: runtime.Runtime, loops: list[Loop], stop: threading.Event) -> None:
    """Return once the schema has every migration of this code, which would take an older one for what it is not."""
    while not stop.is_set() and (found := health.check_database(present)) != "ok":
        log.warning("not working yet", database=found)
        for loop in loops:
            loop.heartbeat.beat(well=False)
        stop.wait(1.0)


def _guard(loop: Loop, stop: threading.Event, failures: list[str]) -> None:
    try:
        loop.run(stop)
    except Exception:
        failures.append(loop.name)
        log.exception("loop failed", loop=loop.name)
    finally:
        stop.set()


def _join(threads: list[threading.Thread]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0))
        if thread.is_alive():
            log.warning("loop did not stop in time", loop=thread.name)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Probes come every few seconds; they are not worth a line."""


def _serve_health(
    present: runtime.Runtime, loops: list[Loop], registry: prometheus_client.CollectorRegistry
) -> WSGIServer:
    measured = prometheus_client.make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return measured(environ, start)
        if path == "/health/live":
            alive = health.are_moving(loops)
            body, status = {"status": "alive" if alive else "stuck"}, 200 if alive else 503
        elif path == "/health/ready":
            body, status = health.report({"database": health.check_database(present), **health.check_loops(loops)})
        else:
            body, status = {"title": "Not Found", "status": 404}, 404
        start(f"{status} {'OK' if status == 200 else 'Not OK'}", [("Content-Type", "application/json")])
        return [orjson.dumps(body)]

    host, _, port = present.settings.worker_bind.rpartition(":")
    server = make_server(host, int(port), answer, server_class=_Server, handler_class=_Silent)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
