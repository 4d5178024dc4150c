"""A PostgreSQL that runs out of disk or of connections says so, keeps what it acknowledged, and goes on afterwards."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.native import accounts, binaries
from deploy.native.postgres import Postgres
from deploy.native.supervisor import Supervisor
from deploy.ports import free_ports
from deploy.secrets import make_secrets
from tests.faults.disk import Disk, may_mount, no_connections_left, small_disk
from tests.servers import sharing
from tests.waiting import eventually

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not may_mount(), reason="no disk may be mounted here"),
    pytest.mark.skipif(binaries.postgres("postgres") is None, reason="PostgreSQL is not installed"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the account of PostgreSQL reaches."""
    folder = sharing.new_folder()
    yield folder
    sharing.remove(folder)


@pytest.fixture
def disk(folder: Path) -> Iterator[Disk]:
    with small_disk(folder / "postgres", 256, owner=accounts.database_account()) as disk:
        yield disk


@pytest.fixture
def postgres(folder: Path, disk: Disk) -> Iterator[Postgres]:
    """A durable server with all that it has on that disk."""
    make_secrets(folder / "secrets")
    port = free_ports(["postgres"])["postgres"]
    postgres, supervisor = Postgres(folder / "postgres", port=port, secrets=folder / "secrets"), Supervisor(folder)
    postgres.prepare()
    supervisor.launch([postgres.program()], owner=os.getpid())
    postgres.wait()
    yield postgres
    disk.free()
    supervisor.shutdown()


def test_a_full_disk_takes_nothing_until_it_is_freed(disk: Disk) -> None:
    (disk.path / "before").write_bytes(b"x" * 100_000)

    disk.fill()

    with pytest.raises(OSError, match="No space left") as full:
        (disk.path / "meanwhile").write_bytes(b"x" * 100_000)
    assert full.value.errno == errno.ENOSPC
    assert disk.left == 0
    disk.free()
    (disk.path / "after").write_bytes(b"x" * 100_000)
    assert (disk.path / "before").read_bytes() == b"x" * 100_000


def test_a_database_on_a_full_disk_acknowledges_nothing_that_it_has_not(postgres: Postgres, disk: Disk) -> None:
    acknowledged: list[int] = []

    def write_on() -> bool:
        number = acknowledged[-1] + 1 if acknowledged else 0
        with psycopg.connect(postgres.url(), autocommit=True, connect_timeout=5) as conn:
            conn.execute("INSERT INTO kept VALUES (%s, repeat('x', 100000)) ON CONFLICT DO NOTHING", [number])
        acknowledged.append(number)
        return True

    with psycopg.connect(postgres.url(), autocommit=True) as conn:
        conn.execute("CREATE TABLE kept (number integer PRIMARY KEY, ballast text)")
        conn.execute("ALTER TABLE kept ALTER ballast SET STORAGE EXTERNAL")
    write_on()

    disk.fill()
    while _succeeds(write_on):  # what it has allocated already still takes some
        assert len(acknowledged) < 1000
    disk.free()

    postgres.wait(60)
    eventually(lambda: _succeeds(write_on), seconds=60)
    with psycopg.connect(postgres.url()) as conn:
        kept = {row[0] for row in conn.execute("SELECT number FROM kept")}
    assert set(acknowledged) <= kept


def _succeeds(act) -> bool:
    try:
        return act()
    except psycopg.Error:
        return False


def test_no_connection_is_left_until_they_are_given_back(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as conn:
        conn.execute("CREATE ROLE reader LOGIN PASSWORD 'secret'")
    url = postgres.url().replace("postgres:" + postgres.url().split(":")[2].split("@")[0], "reader:secret")

    with no_connections_left(url) as taken:
        assert taken > 100
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        psycopg.connect(postgres.url()).close()  # the superuser's are kept

    eventually(lambda: _succeeds(lambda: psycopg.connect(url).close() or True))
