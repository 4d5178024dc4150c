"""Looking changes nothing: programs open every link in a mail before its reader does, by GET and by HEAD, and browsers
load pages ahead. So each of these routes is walked with each kind of token that there is, and all tables are held
against what they held before.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.registration.registration import Registration
from tests.security.hostile import Door, door, houses
from tests.security.houses import House
from tests.security.linked import ADA, PLAIN, PURPOSES, Things, sign, sign_as_before, signed_in
from tests.security.routes import NOBODYS, SITE, Route, routes

__all__ = ["door", "houses"]

# While the session goes on, when its link to join leads into it.
DURING = "2017-04-06T13:10:00-05:00"
LOOKS = ("GET", "HEAD")
# That staff looked at what is held on a person is noted, and nothing else is changed by it: that is what the audit log
# is for (docs/registration.md). No link and no learner leads there.
NOTED = re.compile(r"GET /\w+/v1/people/<email>: audit_log")


def content(house: House) -> dict[str, str | None]:
    """What every table holds, of the counters of requests too."""
    tables = house.conn.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
    ).fetchall()
    query = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t"
    return {name: house._value(query.format(name)) for (name,) in tables}


def tokens(settings: Any, things: Things) -> Iterator[tuple[str, str]]:
    """Every kind of token that a mail of Ada's may carry, now or from the release before, each of them good."""
    for purpose in PURPOSES:
        yield purpose, sign(settings, purpose, things.ada[purpose])
        if purpose not in PLAIN:
            yield purpose, sign_as_before(settings, purpose, things.ada[purpose])


def requests(route: Route, token: str, things: Things, purpose: str) -> Iterator[dict[str, Any]]:
    """The ways in which a token reaches a route: in its path, behind a question mark, as a bearer's."""
    parts = {"token": token, "code": token, "id": things.ada[purpose], "slug": things.slug, "email": ADA}
    address = route.address(**{name: parts[name] for name in parts if name in route.rule.arguments})
    yield {"address": address, "query_string": {"token": token}}
    yield {"address": address, "query_string": {"receipt": token}}
    yield {"address": address, "headers": {"Authorization": f"Bearer {token}"}}


def walk(house: House, things: Things, settings: Any = None) -> tuple[set[str], dict[str, set[int]]]:
    """The tables that looking changed, by the first route that did; and what each was answered."""
    before, changed = content(house), set()
    answered: dict[str, set[int]] = {}
    for route in (one for one in house.routes if one.method == "GET"):
        for purpose, token in tokens(settings or house.present.settings, things):
            for options in requests(route, token, things, purpose):
                for method in LOOKS:
                    asked = {"base_url": SITE, "buffered": True, **options}
                    answer = house.client.open(asked.pop("address"), method=method, **asked)
                    answered.setdefault(route.name, set()).add(answer.status_code)
        after = content(house)
        changed |= {f"{route.name}: {name}" for name in after if after[name] != before[name]}
        before = after
    return changed, answered


@pytest.mark.covers("API6:2023", "ASVS 2.3.1")
def test_no_link_does_anything_by_being_opened(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    registration.set_time(DURING)

    changed, answered = walk(registering, taking_part)

    assert changed == set()
    for route in ("GET /registration/join", "GET /registration/manage/<uuid:id>", "GET /registration/done"):
        assert 200 in answered[route], route
    assert 302 in answered["GET /registration/v1/join"]


@pytest.mark.covers("API6:2023")
def test_no_link_of_a_reader_does_anything_by_being_opened(notifying: House, reading: Things) -> None:
    changed, answered = walk(notifying, reading)

    assert changed == set()
    for route in ("GET /notifications/preferences/<token>", "GET /notifications/v1/unsubscribe/<token>"):
        assert 200 in answered[route], route


@pytest.mark.covers("API6:2023")
def test_no_link_does_anything_in_the_catalog(publishing: House, presents: dict[str, Any]) -> None:
    """It has not even the key of links."""
    settings = presents["registration"][1].settings
    strangers: dict[str, str] = dict.fromkeys((*PURPOSES, "person"), NOBODYS)
    nobodys = Things(strangers, strangers)

    changed, answered = walk(publishing, nobodys, settings)

    assert changed == set()
    assert 200 in answered["GET /catalog/"]


def test_who_is_signed_in_changes_nothing_by_looking(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    registration.set_time(DURING)
    browser, before = signed_in(registering, taking_part.ada), content(registering)

    statuses = set()
    for route in (one for one in registering.routes if one.method == "GET"):
        for method in LOOKS:
            parts = {"slug": taking_part.slug, "email": ADA, "id": taking_part.ada["manage"]}
            address = route.address(**{name: parts[name] for name in parts if name in route.rule.arguments})
            statuses.add(browser.open(address, method=method, base_url=SITE, buffered=True).status_code)

    assert 200 in statuses
    assert content(registering) == before


@pytest.mark.covers("API6:2023")
def test_staff_change_nothing_by_looking(door: Door) -> None:
    """All routes of all three services, for staff who may do everything, in a service in which there is something."""
    house = House(door.app, door.present, door.conn, door.present.settings.jwks)
    before, changed, opened = content(house), set(), set()
    for route in (one for one in routes(door.app) if one.method == "GET"):
        path = door.fill(route.rule.rule)
        for method in LOOKS:
            for headers in ({}, door.staff):
                answer = door.client().open(
                    path, method=method, headers=headers, base_url=SITE, buffered=True, query_string=door.query
                )
                plain = door.client().open(path, method=method, headers=headers, base_url=SITE, buffered=True)
                opened |= {route.name} if 200 in (answer.status_code, plain.status_code) else set()
        after = content(house)
        changed |= {f"{route.name}: {name}" for name in after if after[name] != before[name]}
        before = after

    assert {change for change in changed if not NOTED.fullmatch(change)} == set()
    assert len(opened) > len([one for one in routes(door.app) if one.method == "GET"]) / 2
