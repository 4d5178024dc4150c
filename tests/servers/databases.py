"""Databases for tests: cloned from a template in which every service's migrations have run.

There is a template for each state of the migrations, named by a digest of the files that decide what they do.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.engines import SERVICES, Engines

ROOT = Path(__file__).resolve().parents[2]
MIGRATED_BY = (
    "shared/migrations/*.sql",
    "services/*/migrations/*.sql",
    "services/*/rights.py",
    "shared/rights.py",
    "shared/migrate.py",
    "deploy/postgres/*",
)
TEMPLATES_KEPT = 3
# All that belongs to the server and not to the database, so that CREATE DATABASE leaves it behind.
SETTINGS = """
    SELECT format('REVOKE ALL ON DATABASE %%I FROM PUBLIC', %(name)s::text)
    UNION ALL
    SELECT format('GRANT %%s ON DATABASE %%I TO %%I', privilege_type, %(name)s::text, pg_get_userbyid(grantee))
      FROM pg_database, aclexplode(datacl)
     WHERE datname = %(source)s::text AND grantee <> 0
    UNION ALL
    SELECT format(
               'ALTER %%s SET %%s TO %%s',
               CASE WHEN setrole = 0 THEN format('DATABASE %%I', %(name)s::text)
                    ELSE format('ROLE %%I IN DATABASE %%I', pg_get_userbyid(setrole), %(name)s::text) END,
               split_part(setting, '=', 1),
               CASE split_part(setting, '=', 1)
                    WHEN 'search_path' THEN split_part(setting, '=', 2)
                    ELSE quote_literal(split_part(setting, '=', 2)) END)
      FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS setting
     WHERE datname = %(source)s::text
"""


@cache
def template() -> str:
    """Return the name of the template for the migrations of this tree."""
    digest = sha256()
    for file in sorted(file for pattern in MIGRATED_BY for file in ROOT.glob(pattern)):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return f"template_{digest.hexdigest()[:12]}"


def make_template(engines: Engines) -> None:
    """Make the database that others are cloned from, as a new installation has it, unless it exists."""
    if template() in list_databases(engines, "template_"):
        return
    draft = f"draft_{template()}"
    drop(engines, draft)
    engines.create_services(draft)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda service: migrate(engines, service, database=draft), SERVICES))
    _administer(engines, sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (draft, template()))))
    for older in list_databases(engines, "template_")[:-TEMPLATES_KEPT]:
        drop(engines, older)


def list_databases(engines: Engines, prefix: str) -> list[str]:
    """Return the names of databases that begin with `prefix`, the oldest first."""
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid"
    with psycopg.connect(engines.database_url("postgres"), autocommit=True) as conn:
        return [name for (name,) in conn.execute(query, [prefix])]


def clone(engines: Engines, name: str) -> None:
    """Make database `name` from the template; one of that name is replaced."""
    copy(engines, name, source=template())


def copy(engines: Engines, name: str, *, source: str) -> None:
    """Make database `name` from `source`, to which nobody is connected; one of that name is replaced."""
    names = (sql.Identifier(name), sql.Identifier(source))
    with psycopg.connect(engines.database_url("postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0]))
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        for (statement,) in conn.execute(SETTINGS, {"name": name, "source": source}).fetchall():
            conn.execute(statement)


def drop_all(engines: Engines, name: str) -> None:
    """Remove database `name` and those whose names begin with it and `_`."""
    for found in list_databases(engines, name):
        if found == name or found.startswith(f"{name}_"):
            drop(engines, found)


def drop(engines: Engines, name: str) -> None:
    """Drop database `name`, even if someone is connected."""
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
