"""The drill: what is taken from a system under load is restored to an empty server, and is as it was promised.

What was acknowledged after that moment is lost, as it must be, and with it the rules about it. All else holds: what was
acknowledged before is there, seats, line, completions and mails add up, and the services agree.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from deploy.backup.manifest import Manifest
from deploy.backup.restoring import Backup, NotEmptyError, open_backup
from deploy.backup.taking import take
from deploy.native import accounts
from deploy.native.commands import INSTANCES
from deploy.postgres_client import Client
from deploy.waiting import wait_until
from tests.faults import world
from tests.faults.drill import Drill
from tests.faults.mailsink import MailSink
from tests.faults.proxy import Proxies
from tests.faults.run import publish, started
from tests.faults.site import FaultSite

ARCHIVER = "SELECT last_archived_wal >= %s AS done FROM pg_stat_archiver"


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    """A system that nobody else uses, with the programme of `world`."""
    with MailSink() as sink, Proxies() as proxies, started(INSTANCES / "drill", sink, proxies) as site:
        publish(site)
        yield Drill(site, tmp_path)


@pytest.mark.long
@pytest.mark.promise("P24")
@pytest.mark.timeout(600)
def test_a_system_that_lost_everything_is_restored_and_keeps_its_promises(drill: Drill, tmp_path: Path) -> None:
    with drill.load(seed=1) as work:
        work()
        folder, manifest = take(drill.site.postgres.client(), drill.read_secret, tmp_path / "backups")
        work()
    drill.destroy()
    moment = datetime.fromisoformat(manifest.taken_at).timestamp()

    outcome = drill.restore(open_backup(folder), moment)

    assert outcome.violations == []
    assert outcome.lost, "nothing was lost, so nothing was shown"
    assert all(one.ended and one.ended > moment for one in outcome.lost)
    assert outcome.settled["known_sent"], "no mail had been sent that the backup thinks unsent"
    assert not any(told["noted_before"] for told in outcome.told.values())


@pytest.mark.long
@pytest.mark.timeout(300)
def test_what_is_there_is_replaced_only_where_that_is_said_and_kept_aside(drill: Drill, tmp_path: Path) -> None:
    site = drill.site
    folder, manifest = take(site.postgres.client(), drill.read_secret, tmp_path)
    site.stop()

    with pytest.raises(NotEmptyError):
        site.restore(open_backup(folder))
    assert not site.running()
    assert (site.folder / "rabbitmq" / "mnesia").exists(), "what the broker holds went, though nothing was restored"

    backup = open_backup(folder, replace=True)
    site.restore(backup)

    assert manifest.rows["catalog.entries"] > len(world.CALM)
    kept = site.query("SELECT datname FROM pg_database WHERE datname = %s", backup.kept)
    assert [row["datname"] for row in kept] == [backup.kept]


class Archive:
    """A base backup and the log of everything since, as `archive_command` keeps it."""

    def __init__(self, site: FaultSite, folder: Path) -> None:
        self.site = site
        self.folder = accounts.database_folder(folder)
        self.account = accounts.database_account()

    def begin(self) -> None:
        """Keep the log from now on, and take the base backup."""
        wal = self.folder / "wal"
        wal.mkdir()
        self._own(wal)
        self._set("archive_mode", "on")
        self._set("archive_command", f"test ! -f {wal}/%f && cp %p {wal}/%f")
        self.site.restart_process("postgres")
        self.site.postgres.client().run("pg_basebackup", f"--pgdata={self.folder / 'base'}", "--checkpoint=fast")

    def finish(self) -> None:
        """Return when the log is kept up to now. In operation `archive_timeout` bounds what may be missing."""
        [row] = self.site.query("SELECT pg_walfile_name(pg_switch_wal()) AS last")
        wait_until(lambda: self.site.query(ARCHIVER, row["last"])[0]["done"], 30, "the log to be archived")

    def bring_back(self, moment: str) -> None:
        """Put the base backup where the server looks, and tell it up to when to follow the log."""
        data = self.site.postgres.folder.resolve() / "data"
        shutil.copytree(self.folder / "base", data)
        data.chmod(0o700)
        (data / "recovery.signal").touch()
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {self.folder}/wal/%f %p'\n")
            settings.write(f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n")
        self._own(data)
        for path in data.rglob("*"):
            self._own(path)

    def _set(self, name: str, value: str) -> None:
        with psycopg.connect(self.site.postgres.url(), autocommit=True) as conn:
            conn.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())

    def _own(self, path: Path) -> None:
        if self.account:
            shutil.chown(path, self.account, self.account)


class Recovered(Backup):
    """A server that has followed its log up to a moment: there is nothing to load."""

    def make_room(self, client: Client) -> None:
        wait_until(lambda: not client.ask("SELECT to_json(pg_is_in_recovery())", database="postgres"), 60, "recovery")

    def load(self, client: Client) -> None:
        pass


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_log_brings_back_everything_up_to_a_moment_and_nothing_later(drill: Drill) -> None:
    archive = Archive(drill.site, drill.site.folder.with_name("drill-archive"))
    try:
        archive.begin()
        with drill.load(seed=1) as work:
            work()
            [row] = drill.site.query("SELECT clock_timestamp()::text AS now")
            work()
        archive.finish()
        drill.destroy()
        archive.bring_back(row["now"])
        moment = datetime.fromisoformat(row["now"])

        outcome = drill.restore(Recovered(archive.folder, _nothing(moment)), moment.timestamp())
    finally:
        with suppress(FileNotFoundError):
            accounts.remove_database_folder(drill.site.folder.with_name("drill-archive"))

    assert outcome.violations == []
    assert outcome.lost, "nothing was lost, so nothing was shown"
    assert all(one.ended and one.ended > moment.timestamp() for one in outcome.lost)


def _nothing(moment: datetime) -> Manifest:
    return Manifest(taken_at=moment.isoformat(), server=0, migrations={}, rows={}, files={}, keys={})
