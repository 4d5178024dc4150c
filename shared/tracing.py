"""Traces, as OpenTelemetry has them: what a request, an event or a mail passed on its way, and how long each took.

The present trace is the `traceparent` that is bound to the log's context: what goes on from there, in this process or
in another, names it as its parent. Only where a collector is named (OTEL_EXPORTER_OTLP_ENDPOINT) does a process record
spans; else OpenTelemetry's library is not even loaded, and every function here returns at once.

Nothing personal is in a span: routes and never paths, ids and never addresses, the class of an error and never its
message.
Source of the names: https://opentelemetry.io/docs/specs/semconv/ (http, messaging, rabbitmq)
"""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from structlog.contextvars import get_contextvars

from shared import traceparent as w3c
from shared.settings import Settings

Kind = Literal["server", "client", "producer", "consumer"]
Attributes = Mapping[str, str | int]

# Seconds that a collector has to take a batch of spans, and how many wait for that at most: what it does not take is
# dropped. Only a process that ends waits for it, for a few of these at most.
PATIENCE, BATCH, MOST = 2.0, 512, 2048

# Seconds for which spans are gathered.
DELAY = 1.0

# OpenTelemetry's tracer, where there is a collector.
tracer: Any = None


def install(service: str, process: str, settings: Settings) -> None:
    """Record spans from now on, where settings name a collector. After the fork: a thread of its own sends them."""
    global tracer
    if not settings.otel_exporter_otlp_endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    resource = Resource.create(
        {
            "service.namespace": "convene",
            "service.name": f"{service}-{process}",
            "service.version": settings.release,
            "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
        }
    )
    provider = TracerProvider(sampler=ParentBasedTraceIdRatio(settings.otel_traces_sampler_arg), resource=resource)
    address = f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(address, timeout=PATIENCE)
    sending = BatchSpanProcessor(
        exporter, max_queue_size=MOST, max_export_batch_size=BATCH, schedule_delay_millis=DELAY * 1000
    )
    provider.add_span_processor(sending)
    tracer = provider.get_tracer("convene", settings.release)


def start_span(
    name: str, kind: Kind, *, parent: str | None, attributes: Attributes | None = None, began: int | None = None
) -> Any:
    """A span that began now, or at `began` (nanoseconds since the epoch); None where no spans are recorded. Its
    `parent` is a traceparent; without a valid one it is the first of its trace.
    """
    if tracer is None:
        return None
    from opentelemetry import context, trace

    above = context.Context()
    if given := w3c.parse(parent):
        _, trace_id, span_id, flags = given.split("-")
        place = trace.SpanContext(int(trace_id, 16), int(span_id, 16), True, trace.TraceFlags(int(flags, 16)))
        above = trace.set_span_in_context(trace.NonRecordingSpan(place), above)
    as_kind = trace.SpanKind[kind.upper()]
    return tracer.start_span(name, above, as_kind, attributes, start_time=began)


def mark_failed(span: Any, error: str) -> None:
    """Say of a span (or of None) that what it tells of failed, by the class of the error or by a status."""
    if span is not None:
        from opentelemetry.trace import StatusCode

        span.set_attribute("error.type", error)
        span.set_status(StatusCode.ERROR)


@contextmanager
def span(name: str, kind: Kind, *, parent: str | None, attributes: Attributes | None = None) -> Iterator[Any]:
    """A span of what happens within the block; None where none are recorded."""
    begun = start_span(name, kind, parent=parent, attributes=attributes)
    if begun is None:
        yield None
        return
    try:
        yield begun
    except BaseException as error:
        mark_failed(begun, type(error).__name__)
        raise
    finally:
        begun.end()


def traceparent_of(span: Any, otherwise: str | None) -> str | None:
    """Return the traceparent that names the span as parent; `otherwise` if there is no span."""
    if span is None:
        return otherwise
    place = span.get_span_context()
    return f"00-{place.trace_id:032x}-{place.span_id:016x}-{place.trace_flags:02x}"


def current_traceparent() -> str | None:
    """The traceparent that is bound to what this thread does."""
    return get_contextvars().get("traceparent")
