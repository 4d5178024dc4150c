"""A release is rolled out under load, and taken back: migrations first, then one service after the other, so that each
publishes to and hears services of the other release. Nobody who calls notices.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy import docs
from deploy.native.commands import INSTANCES
from tests.faults import checker
from tests.faults.checker.evidence import collect
from tests.faults.client import Client
from tests.faults.history import History
from tests.faults.load import Load
from tests.faults.mailsink import MailSink
from tests.faults.proxy import Proxies
from tests.faults.quiet import wait_quiet
from tests.faults.run import publish
from tests.upgrade.reading import Readers
from tests.upgrade.releases import SERVICES, Tree
from tests.upgrade.site import AGAIN, BEFORE, PRESENT, UpgradeSite
from tests.waiting import eventually

# The pairs of publisher and consumer whose events were handled since a moment.
HEARD = """
    WITH events AS (
        SELECT 'catalog' AS listener, source, status, document FROM catalog.inbox
         UNION ALL
        SELECT 'registration', source, status, document FROM registration.inbox
         UNION ALL
        SELECT 'notifications', source, status, document FROM notifications.inbox
    )
    SELECT DISTINCT source, listener FROM events
     WHERE status = 'done' AND (document ->> 'time')::timestamptz > %s
"""
PAIRS = {(kind.split(".")[0], listener) for kind, heard in docs.listeners().items() for listener in heard}


@pytest.fixture
def site(previous: Tree) -> Iterator[UpgradeSite]:
    """A system of the previous release with the programme of `tests.faults.world`."""
    with MailSink() as sink, Proxies() as proxies:
        site = UpgradeSite(INSTANCES / "upgrade", sink, proxies, previous)
        site.remove()
        try:
            site.start(sample=False)
            publish(site)
            yield site
        finally:
            site.remove()


@pytest.fixture
def load(site: UpgradeSite, tmp_path: Path) -> Iterator[Load]:
    with closing(History(tmp_path / "history.jsonl")) as history:
        client = Client(site.origin(), site.token(), history)
        yield Load(client, site.sink, links_key=site.links_key(), seed=1)


@pytest.mark.faults
@pytest.mark.timeout(1800)  # a minute and a half on a machine that is at rest
def test_a_release_is_rolled_out_and_taken_back_under_load(site: UpgradeSite, load: Load) -> None:
    with Readers(site.origin()) as readers:
        load.start()
        everybody_is_heard(site)
        site.services_of(PRESENT).migrate()
        everybody_is_heard(site)
        for old, new in ((BEFORE, PRESENT), (PRESENT, AGAIN)):
            for service in SERVICES:
                site.roll(service, old, new)
                assert site.folders_of(service) == {site.services_of(new).root}
                everybody_is_heard(site)
        load.finish()

    failed = [*readers.failures, *unanswered(load.client.history)]
    assert not failed, "\n".join(failed)
    waiting = wait_quiet(site, patience=90)
    assert checker.check(collect(site, load.client.history, waiting=waiting)) == []
    assert readers.answered > 100


def everybody_is_heard(site: UpgradeSite) -> None:
    """Each service handles an event that each of those whose events it listens to publishes from now on."""
    [now] = site.query("SELECT clock_timestamp() AS now")
    eventually(lambda: {(row["source"], row["listener"]) for row in site.query(HEARD, now["now"])} >= PAIRS, seconds=90)


def unanswered(history: History) -> list[str]:
    """List the requests that had to be repeated or failed with a server error."""
    lines = [line for lines in history.lines.values() for line in lines]
    return [json.dumps(line) for line in lines if line["phase"] == "info" or line.get("status", 0) >= 500]
