"""What a role of the database may: each line of the table is tried, as every role that it names."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import psycopg
import pytest
from psycopg import errors

from shared import permissions
from tests.security import statements
from tests.servers import databases
from tests.servers.engines import SERVICES, Engines

OWNERS = tuple(f"{service}_owner" for service in SERVICES)
EVERYBODY = (*SERVICES, *OWNERS)

# What nobody may (a statement; {other} is another service's schema), and who it is tried as.
REFUSED = [
    # the shape of the database, by those who only use it
    ("CREATE TABLE mine ()", SERVICES),
    ("CREATE VIEW mine AS SELECT 1", SERVICES),
    ("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", SERVICES),
    ("CREATE OR REPLACE FUNCTION programme_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'", SERVICES),
    ("CREATE TRIGGER mine BEFORE INSERT ON outbox EXECUTE FUNCTION suppress_redundant_updates_trigger()", SERVICES),
    ("CREATE INDEX ON outbox (type)", SERVICES),
    ("ALTER TABLE outbox ADD mine int", SERVICES),
    ("ALTER TABLE audit_log DISABLE TRIGGER ALL", SERVICES),
    ("DROP TABLE outbox", SERVICES),
    ("DROP SCHEMA {own} CASCADE", SERVICES),
    ("TRUNCATE outbox", SERVICES),
    ("CREATE TEMPORARY TABLE mine ()", ("catalog", "notifications", *OWNERS)),
    # what was done cannot be undone
    ("UPDATE audit_log SET actor = 'nobody'", SERVICES),
    ("DELETE FROM audit_log", SERVICES),
    ("TRUNCATE audit_log", SERVICES),
    ("DELETE FROM inbox", SERVICES),
    ("UPDATE migration_digest SET sha256 = ''", SERVICES),
    ("INSERT INTO migration_digest (file, sha256) VALUES ('later.sql', '')", SERVICES),
    ("DELETE FROM _yoyo_migration", SERVICES),
    ("UPDATE seat_ledger SET delta = 0", ["registration"]),
    ("DELETE FROM seat_ledger", ["registration"]),
    ("DELETE FROM registrations", ["registration"]),
    ("DELETE FROM erasures", ["registration"]),
    ("UPDATE consents SET wording = ''", ["notifications"]),
    ("DELETE FROM consents", ["notifications"]),
    ("DELETE FROM erased_people", ["notifications"]),
    ("DELETE FROM changes", ["catalog"]),
    ("UPDATE changes SET slug = ''", ["catalog"]),
    # what is another's
    ("SELECT FROM {other}.outbox", EVERYBODY),
    ("INSERT INTO {other}.outbox SELECT * FROM {other}.outbox", EVERYBODY),
    ("SELECT {other}.programme_now()", EVERYBODY),
    ("CREATE TABLE {other}.mine ()", EVERYBODY),
    ("CREATE TABLE public.mine ()", EVERYBODY),
    ("CREATE TABLE extensions.mine ()", EVERYBODY),
    ("CREATE SCHEMA mine", EVERYBODY),
    ("CREATE EXTENSION file_fdw", EVERYBODY),
    ("DROP EXTENSION unaccent", EVERYBODY),
    # another's part
    ("SET ROLE postgres", EVERYBODY),
    ("SET ROLE {other}", EVERYBODY),
    ("SET ROLE {own}_owner", SERVICES),
    ("SET ROLE {other}_owner", EVERYBODY),
    ("SET SESSION AUTHORIZATION postgres", EVERYBODY),
    ("ALTER ROLE CURRENT_USER SUPERUSER", EVERYBODY),
    ("ALTER ROLE CURRENT_USER CREATEROLE", EVERYBODY),
    ("ALTER ROLE {other} PASSWORD 'known'", EVERYBODY),
    ("GRANT {own}_owner TO {own}", SERVICES),
    ("GRANT pg_read_all_data TO CURRENT_USER", EVERYBODY),
    ("CREATE ROLE mine", EVERYBODY),
    ("SELECT rolpassword FROM pg_authid", EVERYBODY),
    # the machine beneath
    ("COPY (SELECT 1) TO PROGRAM 'true'", EVERYBODY),
    ("COPY (SELECT 1) TO '/tmp/mine'", EVERYBODY),
    ("SELECT pg_read_file('/etc/passwd')", EVERYBODY),
    ("SELECT pg_read_binary_file('PG_VERSION')", EVERYBODY),
    ("SELECT pg_ls_dir('.')", EVERYBODY),
    ("SELECT lo_import('/etc/passwd')", EVERYBODY),
    ("SELECT lo_export(1, '/tmp/mine')", EVERYBODY),
    ("LOAD '/tmp/mine.so'", EVERYBODY),
    ("CREATE FUNCTION mine() RETURNS int LANGUAGE c AS 'mine', 'mine'", OWNERS),
    ("SET log_statement = 'all'", EVERYBODY),
    ("SET session_replication_role = 'replica'", EVERYBODY),
    ("SELECT pg_reload_conf()", EVERYBODY),
    ("SELECT pg_rotate_logfile()", EVERYBODY),
    ("CREATE SUBSCRIPTION mine CONNECTION 'host=127.0.0.1' PUBLICATION mine WITH (connect = false)", OWNERS),
    ("CHECKPOINT", EVERYBODY),
]
# Written by `migrate`, as the owner.
MIGRATING = {"migration_digest"}
# What the release before writes and this one does not; taken away a release later.
OF_THE_RELEASE_BEFORE = {"registration": {"sign_in_requests": {"INSERT"}}, "notifications": {"readers": {"UPDATE"}}}
# What cannot be tried within a transaction.
ALONE = ("CREATE DATABASE mine", "ALTER SYSTEM SET fsync = off", "ALTER DATABASE postgres SET jit = on")
LINES = [(role, statement) for statement, roles in REFUSED for role in roles]


@contextmanager
def as_role(engines: Engines, database: str, role: str) -> Iterator[psycopg.Connection]:
    """A connection whose work is undone."""
    with (
        psycopg.connect(engines.database_url(database, role), autocommit=True) as conn,
        conn.transaction(force_rollback=True),
    ):
        yield conn


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize(("role", "statement"), LINES, ids=lambda value: value)
def test_the_database_refuses(engines: Engines, database: str, role: str, statement: str) -> None:
    own = role.removesuffix("_owner")
    other = SERVICES[SERVICES.index(own) - 1]

    with as_role(engines, database, role) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(statement.format(own=own, other=other).encode())


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("statement", ALONE)
def test_the_database_refuses_what_stands_alone(engines: Engines, database: str, role: str, statement: str) -> None:
    with (
        psycopg.connect(engines.database_url(database, role), autocommit=True) as conn,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        conn.execute(statement.encode())


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("elsewhere", ["postgres", "template1"])
def test_a_role_enters_the_database_of_its_schema_alone(engines: Engines, role: str, elsewhere: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(engines.database_url(elsewhere, role))


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_write_what_its_code_writes_and_no_more(engines: Engines, database: str, service: str) -> None:
    code = statements.find("shared", f"services/{service}")
    for table, verbs in OF_THE_RELEASE_BEFORE.get(service, {}).items():
        code.setdefault(table, set()).update(verbs)
    with as_role(engines, database, f"{service}_owner") as conn:
        granted = permissions.select_granted(conn, service)

    written = {table: verbs - {"SELECT"} for table, verbs in granted.items() if verbs != {"SELECT"}}
    assert written == {table: verbs for table, verbs in code.items() if table in granted.keys() - MIGRATING}


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("service", SERVICES)
def test_what_is_granted_is_what_is_written_down(engines: Engines, database: str, service: str) -> None:
    listed = permissions.WRITES | import_module(f"services.{service}.permissions").WRITES
    with as_role(engines, database, f"{service}_owner") as conn:
        granted = permissions.select_granted(conn, service)

    assert listed.keys() <= granted.keys()
    assert granted == {table: {"SELECT", *filter(None, listed.get(table, "").split(", "))} for table in granted}


@pytest.mark.covers("API4:2023", "API8:2023")
@pytest.mark.parametrize("service", SERVICES)
def test_a_session_of_a_service_is_bounded(engines: Engines, database: str, service: str) -> None:
    with psycopg.connect(engines.database_url(database, service)) as conn:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "search_path")
        said = [conn.execute(f"SHOW {name}").fetchone() for name in names]

    assert said == [("5s",), ("3s",), ("10s",), (f"{service}, extensions",)]


@pytest.mark.covers("API8:2023")
def test_nobody_migrates_as_the_role_of_the_processes(engines: Engines, database: str) -> None:
    with as_role(engines, database, "catalog") as conn, pytest.raises(RuntimeError, match="catalog_owner"):
        permissions.require_owner(conn, "catalog")


@pytest.mark.covers("API8:2023")
def test_a_schema_from_before_there_were_owners_is_handed_over(engines: Engines, fresh_database: str) -> None:
    with psycopg.connect(engines.database_url(fresh_database), autocommit=True) as conn:
        conn.execute("REASSIGN OWNED BY catalog_owner TO catalog")

    engines.create_services(fresh_database)
    databases.migrate(engines, "catalog", database=fresh_database)

    with as_role(engines, fresh_database, "catalog_owner") as conn:
        assert permissions.select_granted(conn, "catalog")["audit_log"] == {"SELECT", "INSERT"}
    with as_role(engines, fresh_database, "catalog") as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute("DROP TABLE outbox")


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
def test_the_public_may_nothing_in_a_schema_of_ours(engines: Engines, database: str) -> None:
    with psycopg.connect(engines.database_url(database)) as conn:
        schemas = dict(
            conn.execute("SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_'").fetchall()
        )
        [[access]] = conn.execute("SELECT datacl::text FROM pg_database WHERE datname = current_database()").fetchall()

    assert not re.search(r"[{,]=", access)
    assert not [name for name in (*SERVICES, "public") if re.search(r"[{,]=", schemas[name] or "")]
