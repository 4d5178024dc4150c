"""A copy that went wrong is mended from its publisher, and what was wrong with it is told."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.clock import set_clock
from tests.catalog.programmes import DAY, small
from tests.processes import Process, running
from tests.servers.databases import ROOT
from tests.waiting import eventually

Environments = dict[str, dict[str, str]]
COPIES = ("registration", "notifications")
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
UNHANDLED = "SELECT count(*) FROM inbox WHERE status = 'pending'"


def ask(environments: Environments, service: str, *args: str) -> Any:
    line = [sys.executable, "-m", f"services.{service}", *args]
    environment = {"PATH": "", **environments[service]}
    answer = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def execute(environments: Environments, service: str, sql: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(environments[service]["DATABASE_URL"], autocommit=True) as conn:
        cursor = conn.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.promise("P15")
def test_a_copy_that_drifted_is_mended_and_what_was_wrong_is_told(
    service_environments: Environments, tmp_path: Path
) -> None:
    """A row of each copy has other content under the same revision, and one of notifications missed an event."""
    (document := tmp_path / "programme.json").write_text(json.dumps(small()))
    set_clock(clock := tmp_path / "clock", DAY)  # else its sessions are held, and told so, while this goes on
    for environment in service_environments.values():
        environment["CLOCK_FILE"] = str(clock)
    with running() as workers:
        for service in ("catalog", *COPIES):
            workers.append(Process(f"services.{service}", "worker", environment=service_environments[service]).start())
        ask(service_environments, "catalog", "import", str(document))
        [(size,)] = execute(service_environments, "catalog", "SELECT count(*) FROM sessions")
        count = "SELECT count(*) FROM sessions"
        eventually(lambda: all(execute(service_environments, copy, count) == [(size,)] for copy in COPIES))
        eventually(lambda: execute(service_environments, "catalog", UNPUBLISHED) == [(0,)])
        eventually(lambda: all(execute(service_environments, copy, UNHANDLED) == [(0,)] for copy in COPIES))
        for copy in COPIES:
            execute(service_environments, copy, "UPDATE sessions SET title = 'Drifted' WHERE slug = 'change'")
        execute(service_environments, "notifications", "UPDATE sessions SET revision = 0 WHERE slug = 'workshop'")
        mails = "SELECT count(*) FROM messages"
        before = execute(service_environments, "notifications", mails)

        tried = ask(service_environments, "catalog", "snapshots", "send", "--type", "session", "--dry-run")
        sent = ask(service_environments, "catalog", "snapshots", "send", "--type", "session")
        told = {c: ask(service_environments, c, "programme", "report", sent["batch"], "--wait", "60") for c in COPIES}

    assert tried["would_send"] == sent["sent"] == size
    for copy in COPIES:
        assert told[copy]["complete"]
        assert told[copy]["held_and_not_sent"] == []
        [mended] = [row for row in told[copy]["differed"] if "title" in row["changes"]]
        assert mended["changes"]["title"][0] == "Drifted"
        titles = "SELECT count(*) FROM sessions WHERE title = 'Drifted'"
        assert execute(service_environments, copy, titles) == [(0,)]
    [missed] = [row for row in told["notifications"]["differed"] if "revision" in row["changes"]]
    assert missed["changes"]["revision"][0] == 0
    assert execute(service_environments, "notifications", mails) == before
