"""Migrations: numbered SQL files, forward only, run by yoyo under a lock of our own.

Ten replicas may start at once: one applies, the others wait and find nothing to do. The lock is a session's advisory
lock, so a process that is killed half-way lets go of it (yoyo's own lock is a row that stays; it is not used). A file
that was applied and then edited is refused.
"""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations
from yoyo.migrations import MigrationList

from shared import permissions
from shared.database import conninfo
from shared.settings import Settings

SHARED = Path(__file__).parent / "migrations"
# The role's limit is for requests; a migration may take its time.
NO_LIMIT = quote("-c statement_timeout=0", safe="")
log = structlog.get_logger()


def folders(service: str) -> list[Path]:
    """The folders of a service's migrations, in the order in which they are applied."""
    return [SHARED, Path(__file__).parent.parent / "services" / service / "migrations"]


def expected(service: str) -> dict[str, str]:
    """The migrations that the code needs: file name → SHA-256 of its text."""
    files = [file for folder in folders(service) for file in sorted(folder.glob("*.sql"))]
    return {f"{file.parent.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def migrate(service: str, settings: Settings, *, writes: Mapping[str, str], wait: float = 60.0) -> list[str]:
    """Apply what is missing, grant the role of the service what its processes may do (`writes`, see
    `shared.permissions`), and return the names of the files that were applied.

    Waits up to `wait` seconds for the database. Raises `RuntimeError` where an applied file was edited, or where this
    is the role of the processes itself; and what PostgreSQL says where a file fails (the file is then rolled back
    whole).
    """
    info = conninfo(settings, f"{service}-migrate")
    with _connect(info, wait) as lock:
        permissions.require_owner(lock, service)
        lock.execute("SET statement_timeout = 0")
        lock.execute("SET lock_timeout = 0")
        _wait_for_turn(lock)
        _refuse_edited(lock, expected(service))
        applied = [name for folder in folders(service) for name in _apply(_backend_url(info, lock), folder)]
        permissions.grant(lock, service, writes)
        _record(lock, expected(service))
    log.info("migrated", applied=applied)
    return applied


def is_migrated(conn: psycopg.Connection, service: str) -> bool:
    """True if the schema has every migration that this code knows."""
    return not missing(conn, service)


def missing(conn: psycopg.Connection, service: str) -> list[str]:
    """The migrations that this code knows and the schema lacks. It may have later ones: old code runs while new code
    rolls out.
    """
    known = sorted(expected(service))
    # None where there is no such table, False while the first migration is under way, which grants at its end.
    if conn.execute("SELECT has_table_privilege(to_regclass('migration_digest'), 'SELECT')").fetchone() != (True,):
        return known
    present = {row[0] for row in conn.execute("SELECT file FROM migration_digest")}
    return [file for file in known if file not in present]


def wait_until_migrated(service: str, settings: Settings, *, wait: float) -> list[str]:
    """Wait up to `wait` seconds for the database, and for another process to migrate it; return what is missing then.

    Applies nothing, and may run as the role of the processes. Raises `psycopg.OperationalError` where the database
    cannot be reached.
    """
    deadline = time.monotonic() + wait
    with _connect(conninfo(settings, f"{service}-migrate"), wait) as conn:
        if lacking := missing(conn, service):
            log.info("waiting for migrations", missing=lacking)
        while lacking and time.monotonic() < deadline:
            time.sleep(1)
            lacking = missing(conn, service)
    return lacking


def _connect(info: str, wait: float) -> psycopg.Connection:
    deadline = time.monotonic() + wait
    while True:
        try:
            return psycopg.connect(info, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            log.info("waiting for the database")
            time.sleep(0.5)


def _wait_for_turn(lock: psycopg.Connection) -> None:
    """Return once nobody else migrates this schema. Asks again and again: a statement that waited for the lock would be
    a transaction for whose end `CREATE INDEX CONCURRENTLY` of the one who has it waits.
    """
    mine = "SELECT pg_try_advisory_lock(hashtextextended('migrate:' || current_schema(), 0))"
    while lock.execute(mine).fetchone() != (True,):
        time.sleep(0.2)


def _backend_url(info: str, conn: psycopg.Connection) -> str:
    known = conninfo_to_dict(info)
    user, password = quote(str(known["user"]), safe=""), quote(str(known.get("password", "")), safe="")
    schema = conn.execute("SELECT current_schema()").fetchone()
    assert schema
    host, port = quote(str(known.get("host", "")), safe=""), known.get("port", 5432)
    return (
        f"postgresql+psycopg://{user}:{password}@{host}:{port}/{known['dbname']}?schema={schema[0]}&options={NO_LIMIT}"
    )


def _apply(url: str, folder: Path) -> list[str]:
    backend = get_backend(url)
    try:
        missing = MigrationList(backend.to_apply(read_migrations(str(folder))))
        backend.apply_migrations(missing)
        return [f"{folder.parent.name}/{migration.id}.sql" for migration in missing]
    finally:
        backend.connection.close()


def _refuse_edited(conn: psycopg.Connection, files: dict[str, str]) -> None:
    conn.execute(
        "CREATE TABLE IF NOT EXISTS migration_digest "
        "(file text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
    )
    edited = [
        row[0]
        for row in conn.execute("SELECT file, sha256 FROM migration_digest")
        if files.get(row[0], row[1]) != row[1]
    ]
    if edited:
        raise RuntimeError(
            f"These migrations were applied and then edited; write a new one instead: {', '.join(edited)}"
        )


def _record(conn: psycopg.Connection, files: dict[str, str]) -> None:
    for file, digest in files.items():
        conn.execute(
            "INSERT INTO migration_digest (file, sha256) VALUES (%s, %s) ON CONFLICT DO NOTHING", [file, digest]
        )
