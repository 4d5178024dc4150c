"""The broker's set-up is the one that docs/architecture describes, and nobody may do more than it needs."""

import json
import re

import pytest

from deploy.secrets import SERVICES, TOPOLOGY, definitions

COMMITTED = json.loads(TOPOLOGY.read_text())
BROKER = definitions(dict.fromkeys((*SERVICES, "operator"), "password"))


def rights(user: str) -> dict[str, str]:
    return next(p for p in BROKER["permissions"] if p["user"] == user)


def may(user: str, action: str, name: str) -> bool:
    return re.search(rights(user)[action], name) is not None


def may_publish(user: str, key: str) -> bool:
    rule = next(p for p in BROKER["topic_permissions"] if p["user"] == user)
    return may(user, "write", "events") and re.search(rule["write"], key) is not None


def test_no_user_or_password_is_committed():
    assert not {"users", "permissions", "topic_permissions"} & set(COMMITTED)


def test_each_service_hears_what_it_decides_by():
    heard: dict[str, set[str]] = {}
    for binding in COMMITTED["bindings"]:
        if binding["source"] == "events":
            heard.setdefault(binding["destination"], set()).add(binding["routing_key"])

    assert heard == {
        "catalog": {"registration.availability.changed"},
        "registration": {
            "catalog.series.*",
            "catalog.session.*",
            "catalog.recording.*",
            "notifications.person.erased",
        },
        "notifications": {"catalog.#", "registration.#"},
    }


def test_an_event_that_nobody_hears_is_kept():
    events = next(e for e in COMMITTED["exchanges"] if e["name"] == "events")

    assert (events["type"], events["durable"]) == ("topic", True)
    assert events["arguments"] == {"alternate-exchange": "unroutable"}
    assert {b["source"]: b["destination"] for b in COMMITTED["bindings"] if b["source"] != "events"} == {
        "unroutable": "unroutable",
        "dead": "dead",
    }


def test_every_queue_is_a_durable_quorum_queue():
    assert {q["name"] for q in COMMITTED["queues"]} == {*SERVICES, "dead", "unroutable"}
    quorum = {"x-queue-type": "quorum"}
    in_order = quorum | {"x-single-active-consumer": True}
    assert all(q["durable"] for q in COMMITTED["queues"])
    assert {q["name"]: q["arguments"] for q in COMMITTED["queues"]} == {
        **dict.fromkeys(SERVICES, in_order),
        "unroutable": quorum,
        "dead": quorum,
    }


def test_what_is_delivered_again_and_again_ends_in_the_dead_queue_and_nowhere_else():
    policy = next(p for p in COMMITTED["policies"] if re.search(p["pattern"], "catalog"))

    assert all(re.search(policy["pattern"], service) for service in SERVICES)
    assert policy["definition"] == {
        "delivery-limit": 1000,
        "dead-letter-exchange": "dead",
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }


@pytest.mark.promise("P26")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_publishes_its_own_events_and_reads_its_own_queue(service):
    others = set(SERVICES) - {service}

    assert may_publish(service, f"{service}.thing.happened")
    assert not any(may_publish(service, f"{other}.thing.happened") for other in others)
    assert may(service, "read", service)
    assert not any(may(service, "read", queue) for queue in (*others, "dead", "unroutable"))
    assert not any(may(service, "write", exchange) for exchange in ("", "amq.default", "dead", "unroutable"))


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.promise("P26")
@pytest.mark.parametrize("user", [*SERVICES, "operator"])
def test_nobody_may_declare_or_delete_anything(user):
    assert not any(may(user, "configure", name) for name in ("events", *SERVICES, "dead", "new"))


def test_the_operator_reads_only_what_was_set_aside():
    assert [q for q in (*SERVICES, "dead", "unroutable") if may("operator", "read", q)] == ["dead", "unroutable"]
    assert not may("operator", "write", "events")
