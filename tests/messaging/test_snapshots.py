"""A wrong copy is repaired by its publisher's snapshots, and the differences are reported."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.clock import set_clock
from tests.catalog.programs import changed
from tests.commands import run_command
from tests.processes import Process, running
from tests.waiting import eventually

Environments = dict[str, dict[str, str]]
COPIES = ("registration", "notifications")
AFTER_THE_FIRST = "2017-02-10T12:00:00-06:00"
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
UNHANDLED = "SELECT count(*) FROM inbox WHERE status = 'pending'"


def ask(environments: Environments, service: str, *args: str) -> Any:
    answer = run_command(service, *args, environment=environments[service])
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def execute(environments: Environments, service: str, sql: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(environments[service]["DATABASE_URL"], autocommit=True) as conn:
        cursor = conn.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def copied(service_environments: Environments, tmp_path: Path) -> Iterator[Environments]:
    """The small programme with a recording is known to all, whose workers run, and nothing waits."""
    set_clock(clock := tmp_path / "clock", AFTER_THE_FIRST)
    for environment in service_environments.values():
        environment["CLOCK_FILE"] = str(clock)
    document = changed("overview", recording={"url": "https://video.example.org/1", "duration": "PT58M"})
    (file := tmp_path / "programme.json").write_text(json.dumps(document))
    with running() as workers:
        for service in ("catalog", *COPIES):
            workers.append(Process(f"services.{service}", "worker", environment=service_environments[service]).start())
        ask(service_environments, "catalog", "import", str(file))
        held = "SELECT count(*) FROM sessions WHERE slug = 'overview' AND status = 'held'"
        eventually(lambda: all(execute(service_environments, copy, held) == [(1,)] for copy in COPIES))
        eventually(lambda: execute(service_environments, "catalog", UNPUBLISHED) == [(0,)])
        eventually(lambda: all(execute(service_environments, copy, UNHANDLED) == [(0,)] for copy in COPIES))
        yield service_environments


def send(environments: Environments, type: str, copy: str) -> Any:
    """Send snapshots of everything of a type, and return the copy's report on them."""
    sent = ask(environments, "catalog", "snapshots", "send", "--type", type)
    return ask(environments, copy, "programme", "report", sent["batch"], "--wait", "60")


@pytest.mark.promise("P15")
def test_a_copy_that_drifted_is_mended_and_what_was_wrong_is_told(copied: Environments) -> None:
    """A row of each copy has other content under the same revision, and one of notifications missed an event."""
    [(size,)] = execute(copied, "catalog", "SELECT count(*) FROM sessions")
    for copy in COPIES:
        execute(copied, copy, "UPDATE sessions SET title = 'Drifted' WHERE slug = 'change'")
    execute(copied, "notifications", "UPDATE sessions SET revision = 0 WHERE slug = 'workshop'")
    mails = "SELECT count(*) FROM messages"
    before = execute(copied, "notifications", mails)

    tried = ask(copied, "catalog", "snapshots", "send", "--type", "session", "--dry-run")
    told = {copy: send(copied, "session", copy) for copy in COPIES}
    again = {copy: send(copied, "session", copy) for copy in COPIES}

    assert tried["would_send"] == size
    for copy in COPIES:
        assert (told[copy]["complete"], told[copy]["size"], told[copy]["held_and_not_sent"]) == (True, size, [])
        assert execute(copied, copy, "SELECT count(*) FROM sessions WHERE title = 'Drifted'") == [(0,)]
        assert again[copy]["differed"] == []
    # The first batch repaired both copies, although one of them asked for it.
    [mended] = [row for row in told["registration"]["differed"] if "title" in row["changes"]]
    assert mended["changes"]["title"][0] == "Drifted"
    assert execute(copied, "notifications", mails) == before


@pytest.mark.parametrize(
    ("type", "copy", "drift", "member"),
    [
        ("session", "notifications", "UPDATE sessions SET revision = 0 WHERE slug = 'workshop'", "revision"),
        ("series", "registration", "UPDATE series SET counts = '{live}'", "counts"),
        ("series", "notifications", "UPDATE series SET title = 'Drifted'", "title"),
        ("recording", "registration", "UPDATE recordings SET duration_seconds = 1", "duration_seconds"),
        ("recording", "notifications", "UPDATE recordings SET duration_seconds = 1", "duration_seconds"),
        ("announcement", "notifications", "UPDATE announcements SET title = 'Drifted'", "title"),
    ],
)
def test_each_kind_of_row_is_mended(copied: Environments, type: str, copy: str, drift: str, member: str) -> None:
    execute(copied, copy, drift)

    report = send(copied, type, copy)

    assert report["complete"]
    assert {member} <= {name for row in report["differed"] for name in row["changes"]}
    assert send(copied, type, copy)["differed"] == []
