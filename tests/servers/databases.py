"""Databases for tests: cloned from a template in which every service's migrations have run."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.engines import SERVICES, Engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "convene_template"


def make_template(engines: Engines) -> None:
    """The database that others are cloned from, as a new installation has it."""
    engines.create_services(TEMPLATE)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda service: migrate(engines, service, database=TEMPLATE), SERVICES))


def clone(engines: Engines, name: str) -> None:
    """Make database `name` from the template; one of that name is replaced."""
    copy(engines, name, source=TEMPLATE)


def copy(engines: Engines, name: str, *, source: str) -> None:
    """Make database `name` from `source`, to which nobody is connected; one of that name is replaced."""
    drop(engines, name)
    _administer(engines, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))
    engines.create_services(name)  # what a role may and finds in a database is not cloned with it


def drop(engines: Engines, name: str) -> None:
    """Remove database `name`, whoever is connected."""
    _administer(engines, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def settle(engines: Engines) -> None:
    """Do at once what PostgreSQL and its disk would do on their own account in the next minutes, while something is
    measured.
    """
    with psycopg.connect(engines.database_url("postgres"), autocommit=True) as conn:
        names = [name for (name,) in conn.execute("SELECT datname FROM pg_database WHERE datallowconn")]
    for name in names:
        with psycopg.connect(engines.database_url(name), autocommit=True) as conn:
            conn.execute("VACUUM ANALYZE")
    with psycopg.connect(engines.database_url("postgres"), autocommit=True) as conn:
        conn.execute("CHECKPOINT")
    os.sync()  # and what the kernel has not written yet


def _administer(engines: Engines, statement: sql.Composed) -> None:
    with psycopg.connect(engines.database_url("postgres"), autocommit=True) as conn:
        conn.execute(statement)


def migrate(engines: Engines, service: str, *, database: str) -> None:
    """`python -m services.<service> migrate`, as every installation does it."""
    result = subprocess.run(
        [sys.executable, "-m", f"services.{service}", "migrate"],
        cwd=ROOT,
        env={**os.environ, **migration_environment(engines, service, database=database)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"migrate {service} failed:\n{result.stdout}{result.stderr}")


def migration_environment(engines: Engines, service: str, *, database: str) -> dict[str, str]:
    """The variables that `migrate` of `service` needs: the schema's owner alone may change it."""
    owner = {"DATABASE_URL": engines.database_url(database, f"{service}_owner")}
    return service_environment(engines, service, database=database) | owner


def lend_ownership(engines: Engines) -> None:
    """Let the services' roles do all that the owners of their schemas may, on servers that nobody else uses: benches
    make bare tables beside the real ones, and empty both.
    """
    for service in SERVICES:
        names = (sql.Identifier(f"{service}_owner"), sql.Identifier(service))
        _administer(engines, sql.SQL("GRANT {} TO {}").format(*names))


def service_environment(engines: Engines, service: str, *, database: str, vhost: str = "convene") -> dict[str, str]:
    """The variables that a process of `service` needs, as for development."""
    return {
        "ENVIRONMENT": "development",
        "DATABASE_URL": engines.database_url(database, service),
        "BROKER_URL": engines.broker_url(vhost, service),
        "PUBLIC_URL": "http://localhost:8080",
        "JWKS": str(engines.secrets / "jwks.json"),
        "LINKS_KEY_FILE": str(engines.secrets / "links-key"),
        "BADGE_KEY_FILE": str(engines.secrets / "badge-key"),
        "SMTP_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "convene@example.org",
        "SETTLE_SECONDS": "0",
        # Load of hundreds of people comes from one machine; what limits do is shown by tests of theirs.
        "MAILS_PER_NETWORK": "0",
        "TMPDIR": str(engines.folder),
    }
