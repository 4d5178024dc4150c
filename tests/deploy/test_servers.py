"""The servers that tests get are real, separate for each worker, and survive being stopped and started."""

import subprocess
import sys

import amqp
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.servers import databases, sharing
from tests.servers.engines import Engines
from tests.servers.slots import Slot
from tests.waiting import eventually


@pytest.mark.promise("P26")
def test_each_service_sees_its_own_schema_alone(database_urls):
    with psycopg.connect(database_urls["catalog"]) as conn:
        assert conn.execute("SHOW search_path").fetchone() == ("catalog, extensions",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("CREATE TABLE registration.mine ()")


def test_a_fresh_database_is_migrated_and_separate(fresh_database, engines: Engines, database_urls):
    with psycopg.connect(engines.database_url(fresh_database, "catalog")) as conn:
        assert conn.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
        assert conn.info.dbname != conninfo_to_dict(database_urls["catalog"])["dbname"]


def test_the_broker_has_its_topology_in_this_workers_virtual_host(engines: Engines, vhost, empty_queues):
    address = f"{engines.host}:{engines.amqp_port}"
    password = engines.secret("catalog-broker-password")
    with (
        amqp.Connection(address, "catalog", password, virtual_host=vhost) as connection,
        connection.channel() as channel,
    ):
        queue = channel.queue_declare("notifications", passive=True)
        assert queue
        assert queue.message_count == 0
        with pytest.raises(amqp.AccessRefused):
            channel.queue_declare("mine")


@pytest.mark.faults
def test_both_servers_keep_what_they_hold_over_a_restart(fault_engines: Engines):
    url = fault_engines.database_url("postgres")
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS kept ()")
    fault_engines.restart("postgres")
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)

    fault_engines.stop("rabbitmq")
    with pytest.raises(OSError, match=r"refused|reset"):
        amqp.Connection(f"{fault_engines.host}:{fault_engines.amqp_port}").connect()
    fault_engines.start("rabbitmq")
    fault_engines.wait("rabbitmq")


@pytest.mark.faults
def test_servers_end_with_the_test_run_that_wanted_them():
    folder = sharing.new_folder()
    with subprocess.Popen(["sleep", "300"]) as run:
        engines = sharing.obtain(folder, owner=run.pid, workers=1)
        url = engines.database_url("postgres")
        psycopg.connect(url).close()

        run.kill()

    eventually(lambda: not folder.exists(), seconds=60)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


@pytest.mark.faults
def test_servers_of_a_checkout_end_when_no_test_run_has_used_them_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVENE_TEST_IDLE_SECONDS", "4")
    folder = sharing.new_folder()
    url = sharing.obtain(folder, owner=0, workers=1).database_url("postgres")
    psycopg.connect(url).close()

    eventually(lambda: not folder.exists(), seconds=60)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


# Another worker of a run, which starts a process, makes a database, says which slot it has, and waits.
WORKER = """
import subprocess
from tests.servers import databases, sharing, slots
engines = sharing.obtain_kept()
slot = slots.take(engines)
child = subprocess.Popen(["sleep", "300"])
name = slot.new_database_name()
databases.clone(engines, name)
print(slot.number, child.pid, name, flush=True)
child.wait()
"""


def test_two_workers_have_nothing_in_common_and_the_next_finds_nothing_of_one_that_was_killed(
    engines: Engines, slot: Slot
) -> None:
    def start() -> tuple[subprocess.Popen[str], int, int, str]:
        worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=databases.ROOT, stdout=subprocess.PIPE, text=True)
        assert worker.stdout
        number, child, name = worker.stdout.readline().split()
        return worker, int(number), int(child), name

    killed, number, child, name = start()
    assert number != slot.number
    killed.kill()
    killed.wait()
    assert _lives(child)
    worker, next_number, next_child, _ = start()
    worker.kill()
    worker.wait()

    assert next_number == number
    assert not _lives(child)
    assert name not in databases.list_databases(engines, "convene_")
    subprocess.run(["kill", str(next_child)], check=True)


def _lives(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
