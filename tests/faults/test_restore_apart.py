"""A service whose database is restored alone is behind those who listen to it: they hold the same again in the end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from deploy.backup.manifest import Manifest
from deploy.backup.taking import DUMP, take
from deploy.native.commands import INSTANCES
from tests.faults import world
from tests.faults.checker.agreement import know_the_same_registrations, know_the_same_sessions
from tests.faults.checker.evidence import collect
from tests.faults.drill import Drill
from tests.faults.load import CATALOG, REGISTRATION, Load
from tests.faults.mailsink import MailSink
from tests.faults.proxy import Proxies
from tests.faults.quiet import wait_quiet
from tests.faults.run import publish, started


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    with MailSink() as sink, Proxies() as proxies, started(INSTANCES / "apart", sink, proxies) as site:
        publish(site)
        yield Drill(site, tmp_path)


def back_up(drill: Drill) -> tuple[Path, Manifest]:
    assert not wait_quiet(drill.site, calm=0.0)
    return take(drill.site.postgres.client(), drill.read_secret, drill.folder / "backups")


def restore_alone(drill: Drill, service: str, backup: tuple[Path, Manifest]) -> dict[str, Any]:
    """Bring one service's schema back to the backup, as if it had a database of its own, and let it go on as the
    runbook has it; what `restate` told.
    """
    site, (folder, manifest) = drill.site, backup
    assert not wait_quiet(site, calm=0.0)
    for process in ("api", "worker"):
        site.stop_process(f"{service}-{process}")
    client = site.postgres.client()
    client.run("psql", "--dbname=convene", f"--command=DROP SCHEMA {service} CASCADE")
    site.postgres.create_services()
    with (folder / DUMP).open("rb") as dump:
        client.run("pg_restore", f"--schema={service}", "--exit-on-error", "--dbname=convene", given=dump)
    site.services.migrate()
    run = site.services.run
    run(service, "restored", "--at", manifest.taken_at)
    seen = drill.folder / "seen"
    listeners = [other for other in ("catalog", "registration", "notifications") if other != service]
    seen.write_text("".join(run(other, "seen", "--of", service, "--since", manifest.taken_at) for other in listeners))
    told = orjson.loads(run(service, "restate", str(seen)))
    again = orjson.loads(run(service, "restate", str(seen)))
    assert (again["said_again"], again["in_step"]) == (0, told["said_again"] + told["in_step"])
    for process in ("api", "worker"):
        site.start_process(f"{service}-{process}")
    return told


def differences(drill: Drill) -> list[object]:
    waiting = wait_quiet(drill.site, calm=1.0)
    assert not waiting, waiting
    evidence = collect(drill.site, drill.history)
    return [*know_the_same_sessions(evidence), *know_the_same_registrations(evidence)]


def reword(drill: Drill, session: str, times: int) -> None:
    """Staff change a session's text."""
    with httpx.Client(base_url=drill.site.origin(), headers=drill.client.staff, trust_env=False) as http:
        for number in range(times):
            etag = http.get(f"{CATALOG}/sessions/{session}").headers["ETag"]
            part = {**world.session_part(session), "summary": f"Said for the {number}th time."}
            http.put(f"{CATALOG}/sessions/{session}", json=part, headers={"If-Match": etag}).raise_for_status()


@pytest.mark.long
@pytest.mark.promise("P24")
@pytest.mark.timeout(300)
def test_listeners_that_are_ahead_of_a_restored_catalog_agree_with_it_in_the_end(drill: Drill) -> None:
    backup = back_up(drill)
    reword(drill, world.CALM[0], 3)
    reword(drill, world.CALM[1], 3)

    told = restore_alone(drill, "catalog", backup)
    reword(drill, world.CALM[2], 1)  # one change where listeners have seen none
    reword(drill, world.CALM[1], 1)  # and one where they had seen three

    assert (told["events_lost"], told["said_again"], told["unknown_here"]) == (6, 2, 0)
    assert differences(drill) == []
    [row] = drill.site.query("SELECT summary FROM notifications.sessions WHERE slug = %s", world.CALM[0])
    assert row["summary"] == "", "what the catalog has lost is still told to readers"


@pytest.mark.long
@pytest.mark.promise("P24")
@pytest.mark.timeout(300)
def test_listeners_that_are_ahead_of_restored_registrations_agree_with_them_in_the_end(drill: Drill) -> None:
    load = Load(drill.client, drill.site.sink, links_key=drill.site.links_key(), seed=1)
    kept = load.register(drill.people.next(), world.HOT[0])
    backup = back_up(drill)
    token = load.sign("registration", kept.answer["id"])
    gone = drill.client.history.invoke("cancel", id=kept.answer["id"], email=kept.wanted["email"])
    drill.client.act(gone, "DELETE", f"{REGISTRATION}/registrations/{kept.answer['id']}?token={token}")
    lost = load.register(drill.people.next(), world.CALM[0])

    told = restore_alone(drill, "registration", backup)

    assert told["unknown"] == [
        {"aggregate": "registration", "id": lost.answer["id"], "lost": ["registration.registration.confirmed"]}
    ]
    assert told["said_again"] >= 1
    assert differences(drill) == []
    sql = "SELECT status FROM notifications.registrations WHERE id::text = %s"
    assert drill.site.query(sql, kept.answer["id"]) == [{"status": "confirmed"}]
