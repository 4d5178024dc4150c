"""Taking a backup of the running system, which goes on working meanwhile."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup import contents
from deploy.backup.manifest import Manifest, describe_file, prints_of
from deploy.postgres_client import DATABASE, Client, Snapshot
from deploy.secrets import SERVICES, TOPOLOGY

DUMP, BROKER = "database.dump", "broker-topology.json"


def take(client: Client, read_secret: Callable[[str], str], into: Path) -> tuple[Path, Manifest]:
    """Write a backup into a new folder in `into`, named by its moment; that folder, and what is in it.

    It has its name only once it is whole. Raises DatabaseFailedError.
    """
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = into / ".unfinished"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    with client.snapshot() as snapshot:
        _dump(client, snapshot, draft / DUMP)
        shutil.copy(TOPOLOGY, draft / BROKER)
        manifest = Manifest(
            taken_at=snapshot.taken_at,
            server=snapshot.ask("SELECT current_setting('server_version_num')::int / 10000"),
            migrations=contents.read_migrations(snapshot.ask),
            rows=contents.count_rows(snapshot.ask),
            files={name: describe_file(draft / name) for name in (DUMP, BROKER)},
            keys=prints_of(read_secret),
        )
    manifest.write(draft)
    return draft.rename(
        into / f"convene-{datetime.fromisoformat(manifest.taken_at).astimezone(UTC):%Y%m%dT%H%M%S.%f}Z"
    ), manifest


def _dump(client: Client, snapshot: Snapshot, file: Path) -> None:
    """The schemas of the services with their owners and rights; roles and passwords are created where it is
    restored.
    """
    schemas = [f"--schema={service}" for service in SERVICES]
    file.touch(mode=0o600)
    with file.open("wb") as stream:
        client.run(
            "pg_dump", "--format=custom", f"--snapshot={snapshot.id}", *schemas, f"--dbname={DATABASE}", into=stream
        )
