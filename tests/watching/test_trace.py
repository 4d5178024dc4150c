"""One registration is one trace, from the request to the mail server, over all the processes that it passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import eventually
from tests.watching.collector import Collector, Span, collecting
from tests.watching.system import System, living

CONFIRMED = "registration.registration.confirmed"
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
# The ids of https://www.w3.org/TR/trace-context/
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def system(service_environments: dict[str, dict[str, str]], collector: Collector, tmp_path: Path) -> Iterator[System]:
    with living(System(service_environments, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address)) as system:
        yield system


@pytest.mark.timeout(600)
def test_a_registration_is_one_trace_from_its_request_to_the_mail_server(system: System, collector: Collector) -> None:
    system.register("ann@library.example", traceparent=f"00-{TRACE}-{CALLER}-01")
    found = eventually(lambda: _whole(collector), seconds=60)

    request = found["POST /registration/v1/registrations"]
    made, sent = found[f"create {CONFIRMED}"], found[f"send {CONFIRMED}"]
    handled = found[f"process {CONFIRMED}"]
    mailed = found["SMTP send"]
    assert [
        (span.service, span.kind, span.parent_id)
        for span in (request, made, sent, handled, mailed)
    ] == [
        ("registration-api", SERVER, CALLER),
        ("registration-api", PRODUCER, request.span_id),
        ("registration-worker", CLIENT, made.span_id),
        ("notifications-worker", CONSUMER, made.span_id),
        ("notifications-worker", CLIENT, handled.span_id),
    ]  # fmt: skip
    assert request.began <= made.began <= sent.began <= sent.ended
    assert made.began <= handled.began <= handled.ended <= mailed.ended
    assert request.attributes["http.response.status_code"] == 201
    assert mailed.attributes["convene.mail.state"] == "sent"
    assert sent.attributes["messaging.message.id"] == handled.attributes["messaging.message.id"]
    assert not any(span.failed for span in collector.of_trace(TRACE))
    _are_nobodys(collector.received)
    _are_in_the_log(system, request, mailed)


def _whole(collector: Collector) -> dict[str, Span]:
    """The spans of the trace by name, once all are there: each process sends its own."""
    found = {span.name: span for span in collector.of_trace(TRACE) if span.service != "catalog-worker"}
    awaited = {"POST /registration/v1/registrations", "SMTP send"}
    awaited |= {f"{operation} {CONFIRMED}" for operation in ("create", "send", "process")}
    assert found.keys() >= awaited
    return found


def _are_nobodys(spans: list[Span]) -> None:
    """Nothing in them says who registered."""
    told = "\n".join(f"{span.name} {span.attributes}" for span in spans)
    assert not [word for word in ("ann@", "Ünal", "Hilltop", "library.example") if word in told]


def _are_in_the_log(system: System, request: Span, mailed: Span) -> None:
    """Lines of the log are found by the ids of the trace."""
    [asked] = [line for line in system.lines(system.apis["registration"]) if line.get("trace_id") == TRACE]
    assert (asked["event"], asked["span_id"]) == ("request", request.span_id)
    [told] = [line for line in system.lines(system.workers["notifications"]) if line["event"] == "mail"]
    assert (told["trace_id"], told["span_id"]) == (TRACE, mailed.parent_id)
