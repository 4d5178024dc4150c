"""The metrics of processes are correct, and include all that rules and dashboards use."""

import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

import services.notifications.app
import services.registration.app
from tests.processes import Process
from tests.waiting import eventually
from tests.watching import promql
from tests.watching.system import SERVICES, SESSION, System, living

# Metrics of Prometheus itself, and the labels that it adds to all.
ITS_OWN = {"up": set(), "ALERTS": {"alertname", "alertstate"}}
ADDED = {"job", "instance"}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total", ""), "gauge": ("",)}
SEATS = f"/v1/sessions/{SESSION}/availability"
ROUTE = "/registration/v1/sessions/<slug>/availability"
APPS = (services.registration.app, services.notifications.app)


@pytest.fixture
def system(service_environments: dict[str, dict[str, str]], tmp_path: Path) -> Iterator[System]:
    with living(System(service_environments, tmp_path, WEB_WORKERS="2")) as system:
        yield system


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def total(text: str, name: str, **labels: str) -> float:
    return sum(value for known, has, value in samples(text) if known == name and has.items() >= labels.items())


def told(texts: list[str]) -> dict[str, set[str]]:
    """Return the labels of each metric; for a metric without a sample yet, the labels in the code."""
    declared = {name: set(getattr(of, "_labelnames", ())) for of, names in _collectors() for name in names}
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for family in text_string_to_metric_families(text):
            for suffix in SUFFIXES.get(family.type, ()):
                name = family.name + suffix
                found[name] |= declared.get(name, set()) | {"service", "process"}
        for name, labels, _ in samples(text):
            found[name] |= labels.keys()
    return found


def _collectors() -> Iterator[tuple[object, list[str]]]:
    yield from REGISTRY._collector_to_names.items()


@pytest.mark.timeout(600)
def test_what_is_told_is_right_and_is_all_that_rules_and_dashboards_ask_for(system: System) -> None:
    system.register("ann@library.example")
    eventually(system.mails, seconds=60)
    texts = {(s, p): system.scrape(s, p) for s in SERVICES for p in ("api", "worker")}

    # One registration, told by each of those that had to do with it.
    registered = eventually(
        lambda: total(system.scrape("registration", "worker"), "seats_upcoming", state="taken"), seconds=30
    )
    sent = eventually(lambda: total(system.scrape("notifications", "worker"), "mails_total", state="sent"), seconds=30)
    assert (registered, sent) == (1, 1)
    about = {"type": "registration.registration.confirmed"}
    assert total(texts["registration", "worker"], "events_published_total", **about) == 1
    assert total(system.scrape("notifications", "worker"), "events_handled_total", outcome="handled", **about) == 1
    assert total(system.scrape("notifications", "worker"), "event_lag_seconds_count", **about) == 1
    assert total(texts["registration", "api"], "database_pool_wait_seconds_count") > 0
    assert total(texts["catalog", "api"], "database_up") == 1
    system.catcher.kill()  # so that a mail waits
    system.register("ben@library.example")
    eventually(lambda: total(system.scrape("notifications", "worker"), "mails_waiting"), seconds=30)
    _is_all_that_is_asked_for(told([system.scrape(*one) for one in texts]))
    _says_nothing_of_people([system.scrape(*one) for one in texts])
    _counts_on_after_a_process_of_an_api_died(system)


def _is_all_that_is_asked_for(known: dict[str, set[str]]) -> None:
    records = {rule["record"]: {"service"} for rule in promql.rules() if "record" in rule}
    known = {**known, **records, **ITS_OWN}
    for query in promql.queries():
        assert query.selectors, query
        assert not [name for name, _ in query.selectors if name not in known], query
        for name, labels in query.selectors:
            assert labels <= known[name] | ADDED, (query, name)
        together = set().union(*(known[name] for name, _ in query.selectors))
        assert query.grouped <= together | ADDED, query


def _says_nothing_of_people(texts: list[str]) -> None:
    assert not [word for word in ("ann@", "ben@", "Ünal", "Hilltop", "library.example") if word in "".join(texts)]


def _counts_on_after_a_process_of_an_api_died(system: System) -> None:
    def asked() -> float:
        return total(system.scrape("registration", "api"), "http_requests_total", route=ROUTE, status="200")

    before = asked()
    for _ in range(20):
        assert system.get("registration", SEATS).is_success
    assert asked() == before + 20
    victim, *others = _children(api := system.apis["registration"])
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: victim not in _children(api) and len(_children(api)) == len(others) + 1, seconds=60)
    assert asked() == before + 20
    for _ in range(20):
        assert system.get("registration", SEATS).is_success
    assert asked() == before + 40


def _children(api: Process) -> list[int]:
    """The processes of an api that answer requests."""
    return [int(pid) for pid in Path(f"/proc/{api.pid}/task/{api.pid}/children").read_text().split()]
