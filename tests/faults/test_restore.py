"""The drill: a backup that is taken under load is restored to an empty server, and what is there is as it was promised.

What was acknowledged after the backup is lost, as it must be; so are the rules about it. All else holds: what was
acknowledged before is there, seats, line and mails add up, and the services agree.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
import pytest

from deploy.backup.restoring import NotEmptyError, open_backup
from deploy.backup.taking import take
from deploy.native.commands import INSTANCES
from deploy.native.services import CommandFailedError
from tests.faults import checker, world
from tests.faults.checker.evidence import Evidence, collect
from tests.faults.client import Client
from tests.faults.history import History, Operation
from tests.faults.load import Load
from tests.faults.mailsink import MailSink
from tests.faults.proxy import Proxies
from tests.faults.quiet import wait_quiet
from tests.faults.run import publish, started
from tests.faults.site import FaultSite
from tests.waiting import eventually

LOADED = 8.0  # seconds of load before and after the backup


@pytest.fixture
def site() -> Iterator[FaultSite]:
    """A system that nobody else uses, with the programme of `world`."""
    with MailSink() as sink, Proxies() as proxies, started(INSTANCES / "drill", sink, proxies) as made:
        publish(made)
        yield made


def read_secret(site: FaultSite, name: str) -> str:
    return (site.secrets / name).read_text().strip()


def load_of(site: FaultSite, history: History, *, seed: int) -> Load:
    client = Client(site.origin(), site.token(), history)
    return Load(client, site.sink, links_key=site.links_key(), seed=seed)


def work(load: Load, seconds: float = LOADED) -> None:
    load.stop.wait(seconds)


def destroy(site: FaultSite) -> None:
    """End everything with no warning, and remove what database and broker had written."""
    site.supervisor.shutdown(killing=("engines:postgres", "engines:rabbitmq"))
    shutil.rmtree(site.postgres.folder.resolve() / "data")
    shutil.rmtree(site.folder / "rabbitmq")


def settle_mails(site: FaultSite, evidence: Path) -> dict[str, object]:
    """As an operator does who has the mail server's own log, which says everything until the system ended."""
    evidence.write_text("".join(f"{mail.message_id}\n" for mail in site.sink.accepted()))

    def settled() -> dict[str, object]:
        with suppress(CommandFailedError):
            told = site.services.run("notifications", "settle-mails", "--sent", str(evidence), "--send-rest")
            return orjson.loads(told)
        return {}

    return eventually(settled, seconds=60)


def as_of(evidence: Evidence, moment: float, restart: float) -> Evidence:
    """What clients were told as far as it had to outlive the loss: nobody heard anything between these two moments.
    Mails of that time may be of registrations that are lost.
    """
    known = {row["id"] for row in evidence.rows["messages"]}
    mails = [mail for mail in evidence.mails if mail.id in known or not moment <= mail.at.timestamp() <= restart]
    forgotten = [_unheard(one) if moment <= (one.ended or restart) <= restart else one for one in evidence.operations]
    return replace(evidence, operations=forgotten, mails=mails)


def _unheard(operation: Operation) -> Operation:
    return replace(operation, phase="invoke", answer={}, unknown=0)


@pytest.mark.promise("P24")
@pytest.mark.timeout(600)
def test_a_system_that_lost_everything_is_restored_and_keeps_its_promises(site: FaultSite, tmp_path: Path) -> None:
    with closing(History(tmp_path / "history.jsonl")) as history:
        load = load_of(site, history, seed=1)
        load.start()
        work(load)
        folder, manifest = take(site.postgres.client(), lambda name: read_secret(site, name), tmp_path / "backups")
        work(load)
        load.finish()
        destroy(site)

        told = site.restore(open_backup(folder))
        restart = time.time()
        settled = settle_mails(site, tmp_path / "sent")
        again = load_of(site, history, seed=2)
        again.people = load.people
        again.start()
        work(again)
        again.finish()
        waiting = wait_quiet(site)
        moment = datetime.fromisoformat(manifest.taken_at).timestamp()
        evidence = collect(site, history, waiting=waiting)

    lost = [
        one for one in evidence.of("register") if one.acknowledged and one.answer["id"] not in evidence.registrations
    ]
    assert lost, "nothing was lost, so nothing was shown"
    assert all(one.ended and one.ended > moment for one in lost)
    assert checker.check(as_of(evidence, moment, restart)) == []
    assert settled["known_sent"], "no mail had been sent of those that the backup thinks unsent"
    assert all(orjson.loads(text)["noted_before"] is False for text in told.values())


@pytest.mark.timeout(300)
def test_what_is_there_is_replaced_only_where_that_is_said_and_kept_aside(site: FaultSite, tmp_path: Path) -> None:
    folder, manifest = take(site.postgres.client(), lambda name: read_secret(site, name), tmp_path)
    site.stop()

    with pytest.raises(NotEmptyError):
        site.restore(open_backup(folder))
    assert not site.running()

    backup = open_backup(folder, replace=True)
    site.restore(backup)

    assert manifest.rows["catalog.entries"] > len(world.CALM)
    kept = site.query("SELECT datname FROM pg_database WHERE datname = %s", backup.kept)
    assert [row["datname"] for row in kept] == [backup.kept]
