"""Structured logs: one JSON object a line on standard output, for people and machines that collect them.

Lines carry ids (request_id, event_id, correlation_id, trace_id, span_id), never an address, a name or a body. What
`structlog.contextvars.bind_contextvars` binds at the start of a request or a message is on each line until
`clear_contextvars`.
"""

import logging
import sys
from datetime import datetime
from typing import Any, BinaryIO

import orjson
import psycopg
import structlog
from structlog.typing import ExcInfo

from shared import traceparent as w3c

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Tracebacks(structlog.tracebacks.ExceptionDictTransformer):
    """Tracebacks without values, which are people's names and addresses: neither those of local variables nor those
    that PostgreSQL quotes, below its first line and, where a value is at fault, in it.
    """

    def __init__(self) -> None:
        super().__init__(show_locals=False)

    def __call__(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        failures = super().__call__(exc_info)
        for failure in failures:
            kind = getattr(psycopg.errors, failure["exc_type"], None)
            if kind and issubclass(kind, psycopg.Error):
                quoting = issubclass(kind, psycopg.DataError)
                failure["exc_value"] = "" if quoting else failure["exc_value"].partition("\n")[0]
        return failures


TRACEBACKS = structlog.processors.ExceptionRenderer(Tracebacks())


def configure(service: str, process: str, level: str) -> None:
    """Send this process's own log, and what libraries say through `logging`, to standard output as JSON.

    A command's standard output is its answer: its log goes to standard error.
    """
    stream = sys.stderr if process == "command" else sys.stdout
    shared = [
        structlog.contextvars.merge_contextvars,
        _name_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add(service=service, process=process),
    ]
    structlog.configure(
        processors=[*shared, TRACEBACKS, structlog.processors.JSONRenderer(_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(stream.buffer),
        cache_logger_on_first_use=True,
    )
    global access_log
    access_log = AccessLogWriter(stream.buffer, LEVELS[level], service=service, process=process)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                TRACEBACKS,
                structlog.processors.JSONRenderer(lambda *args, **kwargs: _dumps(*args, **kwargs).decode()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=LEVELS[level], force=True)
    # Each reconnect of these is logged by our own loops, once, with its wait.
    for noisy in ("amqp", "kombu", "psycopg.pool", "yoyo"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


class AccessLogWriter:
    """Writer of lines that are too many to pass through structlog. The caller flushes after a batch."""

    def __init__(self, stream: BinaryIO, level: int, **fixed: str) -> None:
        self.stream = stream
        self.wanted = level <= logging.INFO
        self.fixed = fixed

    def info(self, event: str, moment: datetime, **members: Any) -> None:
        """Write a line like a logger's `info`, with a time (UTC) that may be past, and without the bound context."""
        if self.wanted:
            line = {**self.fixed, **members, "event": event, "level": "info", "timestamp": moment}
            self.stream.write(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        if self.wanted:
            self.stream.flush()


def _add(**fixed: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**fixed, **line}

    return add


def _name_trace(_logger: object, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace the header by the ids that a trace viewer joins lines by."""
    line.update(w3c.trace_ids(line.pop("traceparent", None)))
    return line


access_log = AccessLogWriter(sys.stdout.buffer, logging.CRITICAL)


def _dumps(line: object, default: object = None, **_: object) -> bytes:
    return orjson.dumps(line, default=default if callable(default) else str, option=orjson.OPT_NON_STR_KEYS)
