"""gunicorn's configuration for the api of any service.

Each process makes its own application after the fork, so that none shares a connection. FORWARDED_ALLOW_IPS, read by
gunicorn itself, names the gateway's addresses where it is not on this host.
"""

import os
import select
import sys
from typing import Any

from gunicorn import glogging
from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import multiprocess

from shared import logs

bind = os.environ.get("API_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))

# A heartbeat, not a limit of requests: statements have their own in the database.
timeout = 30
graceful_timeout = 20
# Longer than the gateway keeps a connection that is idle: the one who sends must be the one who hangs up.
keepalive = 75

# A heartbeat file on a disk that is slow, or read-only, would look like a process that hangs.
worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True


class Worker(ThreadWorker):
    """A gthread worker that leaves new connections to other processes while all its threads are busy.

    Otherwise the first process to wake accepts all connections that come at once, and keeps their work.
    """

    busy = 0
    closed = False

    def enqueue_req(self, conn: Any) -> None:
        self.busy += 1
        if self.busy >= self.cfg.threads:
            self.set_accept_enabled(False)
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        super().finish_request(conn, fs)
        self.busy -= 1

    def set_accept_enabled(self, enabled: Any) -> None:
        """The worker's loop asks for it again in each round, and once when it is to end."""
        super().set_accept_enabled(enabled and self.alive and self.busy < self.cfg.threads)
        if not self.alive and not self.closed:
            self.closed = True
            self._close_the_door()

    def _close_the_door(self) -> None:
        """Accept waiting connections, then close the socket, so that later ones are refused and go to another api.

        gunicorn would leave it open until all is answered: the kernel goes on taking connections, whose requests nobody
        reads and which are reset in the end. The gateway cannot send those elsewhere, as they may have been received.
        """
        for listener in self.sockets:
            waiting = select.poll()
            waiting.register(listener, select.POLLIN)
            while waiting.poll(0):
                self.accept(listener)
            listener.close()


worker_class = Worker


class Logger(glogging.Logger):
    """gunicorn's own messages as lines of the service's log. Requests are logged by the application."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        service = sys.argv[-1].split(".")[1]
        logs.configure(service, "api", os.environ.get("LOG_LEVEL", "info"))
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = Logger


def pre_fork(server: Any, worker: Any) -> None:
    """Pin each process to a processor of its own if there are as many of them: threads that hand the
    interpreter's lock to each other across processors get a third of the work done. With fewer of them the kernel,
    which knows what else runs, is left to choose.
    """
    processors = sorted(os.sched_getaffinity(0))
    taken = [sibling.processor for sibling in server.WORKERS.values()]
    worker.processor = min(processors, key=taken.count) if workers >= len(processors) else None


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001
    if worker.processor is not None:
        os.sched_setaffinity(0, {worker.processor})


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    """The live gauges of a process end with it."""
    multiprocess.mark_process_dead(worker.pid)
