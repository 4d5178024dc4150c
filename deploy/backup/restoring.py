"""Bringing a backup back into a system whose processes do not run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup import contents
from deploy.backup.manifest import (
    Manifest,
    UnfitBackupError,
    check_known,
    check_server,
    check_whole,
    differing_keys,
    read_manifest,
)
from deploy.backup.taking import DUMP
from deploy.errors import DeployError
from deploy.postgres_client import DATABASE, Client


class NotEmptyError(DeployError):
    """There is a database already, and nobody said that it may be replaced."""


@dataclass
class Backup:
    """A backup that is whole and of a version that this code knows; `replace` allows it to take the place of a
    database that is there, which is kept under another name, `kept`; `other_keys` allows keys that are not its own.
    """

    folder: Path
    manifest: Manifest
    replace: bool = False
    other_keys: bool = False
    kept: str | None = None

    def make_room(self, client: Client) -> None:
        """Before roles and schemas are made. Raises NotEmptyError, or UnfitBackupError; nothing was touched then."""
        server = client.ask("SELECT current_setting('server_version_num')::int / 10000", database="postgres")
        check_server(self.manifest, server)
        if not _holds_anything(client):
            return
        if not self.replace:
            raise NotEmptyError(
                "There is a database already. REPLACE=yes restores all the same, and keeps the one that is there under"
                " another name."
            )
        self.kept = f"{DATABASE}_before_{datetime.now(UTC):%Y%m%dT%H%M%SZ}".lower()
        _run(client, _CLOSE)
        _run(client, f"ALTER DATABASE {DATABASE} RENAME TO {self.kept}")

    def load(self, client: Client) -> None:
        """Into the empty schemas: all of it, or nothing. Raises where what is there then is not what was dumped."""
        with (self.folder / DUMP).open("rb") as stream:
            client.run(
                "pg_restore",
                "--clean",
                "--if-exists",
                "--single-transaction",
                "--exit-on-error",
                f"--dbname={DATABASE}",
                given=stream,
            )
        client.run("vacuumdb", "--analyze-only", "--quiet", f"--dbname={DATABASE}")
        if (found := contents.count_rows(client.ask)) != self.manifest.rows:
            wrong = sorted(table for table, rows in self.manifest.rows.items() if found.get(table) != rows)
            raise UnfitBackupError(f"Other rows than were dumped are in: {', '.join(wrong)}.")


_CLOSE = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DATABASE}'"  # noqa: S608


def open_backup(folder: Path, *, replace: bool = False, other_keys: bool = False) -> Backup:
    """Check all that can be checked before anything is touched. Raises UnfitBackupError."""
    manifest = read_manifest(folder)
    check_whole(folder, manifest)
    check_known(manifest)
    return Backup(folder, manifest, replace, other_keys)


def refuse_other_keys(backup: Backup, read_secret: Callable[[str], str]) -> None:
    """Raises UnfitBackupError where a key, without which the data are of little use, is another than it was."""
    if not backup.other_keys and (differing := differing_keys(backup.manifest, read_secret)):
        raise UnfitBackupError(
            f"These keys are not those of the backup: {', '.join(differing)}. Put back the ones that were kept apart"
            " from it, or say OTHER_KEYS=yes: links in mails that were sent, secrets of webhooks and certificates that"
            " were issued are void then. Nothing was touched."
        )


def _holds_anything(client: Client) -> bool:
    sql = f"SELECT to_json(EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}'))"  # noqa: S608
    return bool(client.ask(sql, database="postgres") and contents.read_tables(client.ask))


def _run(client: Client, sql: str) -> None:
    client.run("psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname=postgres", f"--command={sql}")
