"""The changes feed: a mirror that follows it has what the catalog has."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.catalog.app import SERVICE
from services.catalog.entries import domain as entries
from services.catalog.imports.domain import import_programme
from services.catalog.publication import domain as publication
from shared import runtime
from shared.messaging.loop import UNAVAILABLE
from tests.catalog.catalog import V1, Catalog
from tests.catalog.programs import changed, session_of, small
from tests.web_client import WebClient, make_client

COLLECTIONS = {
    "organization": "organizations",
    "vocabulary": "vocabularies",
    "initiative": "initiatives",
    "series": "series",
    "session": "sessions",
    "announcement": "announcements",
}


def follow(client: WebClient, mirror: dict[tuple[str, str], Any], cursor: str | None, *, limit: int = 3) -> str | None:
    """Take in what changed since `cursor`; where to go on."""
    while True:
        query = f"?limit={limit}" + (f"&after={cursor}" if cursor else "")
        page = client.get(f"{V1}/changes{query}").json
        assert page
        for change in page["items"]:
            mirror[change["kind"], change["slug"]] = change["document"]
        cursor = page["last"]
        if page["next"] is None:
            return cursor
        assert page["next"] == page["items"][-1]["cursor"]


def read_all(client: WebClient) -> dict[tuple[str, str], Any]:
    """Return all entries, without members that depend on the time."""
    found: dict[tuple[str, str], Any] = {}
    for kind, collection in COLLECTIONS.items():
        query = "" if kind == "vocabulary" else "?limit=100"
        for item in (client.get(f"{V1}/{collection}{query}").json or {})["items"]:
            if kind == "session":
                del item["registration"]["state"], item["registration"]["seats_left"]
            if kind == "vocabulary":
                found[kind, item["name"]] = [{"slug": t["slug"], "label": t["label"]} for t in item["terms"]]
            else:
                found[kind, item["slug"]] = item
    return {key: value for key, value in found.items() if value}


def as_read(mirror: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    return {key: value["terms"] if key[0] == "vocabulary" else value for key, value in mirror.items()}


def test_a_mirror_that_follows_has_what_the_catalog_has(catalog: Catalog) -> None:
    mirror: dict[tuple[str, str], Any] = {}
    catalog.take_in(small())
    cursor = follow(catalog.client, mirror, None)
    assert as_read(mirror) == read_all(catalog.client)

    catalog.take_in(changed("cafe", title="Coffee", series=None) | {"series": [{"slug": "large", "title": "Larger"}]})
    catalog.act("overview/reschedule", {"edtf": "2017"})
    catalog.set_time("2017-05-02T00:00:00Z")
    catalog.act("change/recording", {"url": "https://video.example.org/x", "duration": "PT1H"})
    cursor = follow(catalog.client, mirror, cursor)

    assert as_read(mirror) == read_all(catalog.client)
    assert follow(catalog.client, mirror, cursor) == cursor


def test_a_change_keeps_the_document_as_it_then_was(catalog: Catalog) -> None:
    catalog.take_in(small())
    catalog.take_in(changed("cafe", title="Coffee"))

    changes = [one for one in catalog.show("/changes?limit=100")["items"] if one["slug"] == "cafe"]

    assert [one["document"]["title"] for one in changes] == ["Café", "Coffee"]
    assert [one["document"]["revision"] for one in changes] == [1, 2]
    assert [one["operation"] for one in changes] == ["put", "put"]
    assert [one["revision"] for one in changes] == [1, 2]


def test_an_end_is_told_and_a_mirror_knows_where_to_go_on(catalog: Catalog) -> None:
    empty = catalog.show("/changes")
    catalog.take_in(small())
    full = catalog.show("/changes?limit=100")

    assert empty == {"items": [], "next": None, "last": None}
    assert full["next"] is None
    assert catalog.show(f"/changes?after={full['last']}") == {"items": [], "next": None, "last": full["last"]}


WRITERS, WRITES = 6, 12


def test_no_follower_misses_or_repeats_a_change_while_many_write_at_once(committed: runtime.Runtime) -> None:
    def write(number: int) -> None:
        with runtime.use(committed):
            for round_ in range(WRITES):
                document = one_session(number, f"Round {round_}")
                again(lambda conn, document=document: import_programme(conn, document, actor="test"))

    client = make_client(SERVICE.create_app(committed))
    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    mirror: dict[tuple[str, str], Any] = {}
    seen: list[str] = []
    cursor: str | None = None
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        page = client.get(f"{V1}/changes?limit=7" + (f"&after={cursor}" if cursor else "")).json
        assert page
        for change in page["items"]:
            mirror[change["kind"], change["slug"]] = change["document"]
            seen.append(change["cursor"])
        cursor = page["last"]
    while True:
        page = client.get(f"{V1}/changes?limit=7" + (f"&after={cursor}" if cursor else "")).json
        assert page
        if not page["items"]:
            break
        for change in page["items"]:
            mirror[change["kind"], change["slug"]] = change["document"]
            seen.append(change["cursor"])
        cursor = page["last"]

    with runtime.use(committed), runtime.connection() as conn:
        rows = conn.execute("SELECT position, revision FROM changes ORDER BY position").fetchall()
    assert len(seen) == len(set(seen)) == len(rows)
    assert [revision for _, revision in rows] == sorted(revision for _, revision in rows)
    assert as_read(mirror) == read_all(client)
    assert {mirror["session", f"cafe-{number}"]["title"] for number in range(WRITERS)} == {f"Round {WRITES - 1}"}


def take_turns(number: int, dice: random.Random) -> None:
    """One of fifty writers: changes, withdraws and publishes a session of its own, at random."""
    for round_ in range(2):
        document = one_session(number, f"Round {round_}")
        again(lambda conn, document=document: import_programme(conn, document, actor="test"))
        if dice.random() < 0.6:
            again(lambda conn: publication.withdraw(conn, entries.find_entry(conn, "session", f"cafe-{number}")))
        if dice.random() < 0.5:
            again(lambda conn: publication.publish(conn, entries.find_entry(conn, "session", f"cafe-{number}")))


def one_session(number: int, title: str) -> dict[str, Any]:
    """A programme of one session, which no other writer has."""
    document = small()
    del document["announcements"]
    document["initiative"]["slug"] = f"models-{number}"
    document["series"] = []
    cafe = {**session_of(document, "cafe"), "slug": f"cafe-{number}", "title": title}
    document["sessions"] = [{name: value for name, value in cafe.items() if name != "series"}]
    return document


def again(act: Callable[[Any], Any]) -> None:
    """Do it, as often as the database is too busy for it."""
    while True:
        try:
            with runtime.transaction() as conn:
                act(conn)
                return
        except UNAVAILABLE:
            continue


def take_in(mirror: dict[str, Any], changes: list[dict[str, Any]]) -> None:
    for change in changes:
        if change["operation"] == "delete":
            mirror.pop(change["id"], None)
        else:
            mirror[change["id"]] = change["document"]


@pytest.mark.timeout(180)
def test_mirrors_are_exact_while_fifty_writers_publish_and_withdraw_wherever_they_stop_and_resume(
    committed: runtime.Runtime,
) -> None:
    reader = runtime.build("catalog", committed.settings, "reader", pool_size=2)  # an api beside the writers
    reader.database.open()
    client = make_client(SERVICE.create_app(reader))
    dice = random.Random(50)

    def write(number: int) -> None:
        with runtime.use(committed):
            take_turns(number, random.Random(number))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(50)]
    steady: dict[str, Any] = {}
    halting: dict[str, Any] = {}
    cursors: dict[str, str | None] = {"steady": None, "halting": None}

    def follow_on(name: str, mirror: dict[str, Any], limit: int, *, until: int) -> bool:
        """Take in a page, and go on after the `until`-th change of it."""
        after = f"&after={cursors[name]}" if cursors[name] else ""
        answer = client.get(f"{V1}/changes?limit={limit}{after}")
        while answer.status_code == 503:  # busy: a good client asks again
            answer = client.get(f"{V1}/changes?limit={limit}{after}")
        found = (answer.json or {})["items"][:until]
        take_in(mirror, found)
        cursors[name] = found[-1]["cursor"] if found else cursors[name]
        return bool(found)

    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        follow_on("steady", steady, 50, until=50)
        if dice.random() < 0.5:
            follow_on("halting", halting, 20, until=dice.randint(1, 20))
    while follow_on("steady", steady, 50, until=50):
        pass
    while follow_on("halting", halting, 20, until=dice.randint(1, 20)):
        pass

    sessions: list[Any] = []
    cursor = ""
    while True:
        page = client.get(f"{V1}/sessions?limit=100{cursor}").json or {}
        sessions += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    for session in sessions:
        del session["registration"]["state"], session["registration"]["seats_left"]
    of_sessions = {id: one for id, one in steady.items() if one.get("format")}
    assert of_sessions == {session["id"]: session for session in sessions}
    assert halting == steady
    assert 0 < len(sessions) < 50
    reader.database.close()
