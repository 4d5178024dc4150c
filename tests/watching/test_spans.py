"""Traces of events that have no trace, are published again, or cannot be handled."""

import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import tracing
from shared.events.envelope import load
from shared.messaging import spans
from tests.contracts.examples import document_of
from tests.servers.databases import ROOT

KIND = "registration.registration.confirmed"
LOADED = """
import sys
import services.{service}.app
from shared import tracing
from shared.settings import Settings
tracing.install("{service}", "api", Settings(database_url="", broker_url="", public_url="", jwks=""))
loaded = [name for name in sys.modules if name.startswith("opentelemetry")]
print(loaded, tracing.start_span("x", "server", parent=None))
"""


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", provider.get_tracer("test"))
    return exporter


@pytest.mark.parametrize("service", ["catalog", "registration", "notifications"])
def test_without_a_collector_nothing_of_opentelemetry_is_loaded(service: str) -> None:
    script = [sys.executable, "-c", LOADED.format(service=service)]

    assert subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[] None\n"


@pytest.mark.parametrize("traceparent", [None, "of an earlier version"])
def test_an_event_without_a_trace_begins_one_where_it_is_processed(
    recorded: InMemorySpanExporter, traceparent: str | None
) -> None:
    event, envelope = load(document_of(KIND))

    with ExitStack() as until:
        [(_, seen)] = spans.start_process_spans([(event, replace(envelope, traceparent=traceparent))], until)

    [span] = recorded.get_finished_spans()
    assert span.parent is None
    assert seen == replace(envelope, traceparent=tracing.traceparent_of(span, None))


def test_an_event_that_is_published_again_is_sent_twice_in_the_same_trace(recorded: InMemorySpanExporter) -> None:
    making = spans.start_create_span(KIND, None)
    making.end()
    made = tracing.traceparent_of(making, None)

    for moment in (1, 2):
        spans.record_send_spans([(UUID(int=1), KIND, made)], began=moment)

    _, *sent = recorded.get_finished_spans()
    assert [span.name for span in sent] == [f"send {KIND}"] * 2
    assert {span.parent.span_id for span in sent if span.parent} == {making.get_span_context().span_id}


def test_a_handler_that_fails_is_seen_by_the_class_of_its_error_alone(recorded: InMemorySpanExporter) -> None:
    happened = [load(document_of(KIND))]

    def handle() -> None:
        with ExitStack() as until:
            spans.start_process_spans(happened, until)
            raise ValueError("ann@library.example")

    with pytest.raises(ValueError):
        handle()

    [span] = recorded.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert "ann@" not in span.to_json()
