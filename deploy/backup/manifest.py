"""A backup's manifest: `manifest.json` in its folder, the last thing that is written and the first that is read."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.errors import DeployError
from shared import migrate

FORMAT = 1
NAME = "manifest.json"
# Without these what the database holds cannot be used: links in mails that were sent, and the secrets of webhooks; the
# certificates that were issued. Passwords and the keys of sign-ins may be others.
KEYS = ("links-key", "badge-key")


class UnfitBackupError(DeployError):
    """A backup is not whole, or not for this system."""


@dataclass(frozen=True)
class Manifest:
    """`taken_at` is the moment of everything in it; `server` the major version of PostgreSQL; `migrations` by service
    and file their SHA-256; `rows` the number by table; `files` by name their bytes and SHA-256; `keys` fingerprints
    of the keys, which reveal nothing of them.
    """

    taken_at: str
    server: int
    migrations: dict[str, dict[str, str]]
    rows: dict[str, int]
    files: dict[str, dict[str, int | str]]
    keys: dict[str, str]
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read it. Raises UnfitBackupError where there is none, or one that this version does not understand."""
    try:
        found = json.loads((folder / NAME).read_text())
        if found["format"] != FORMAT:
            raise UnfitBackupError(f"{folder} is a backup of format {found['format']}; this is for {FORMAT}.")
        return Manifest(**found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnfitBackupError(f"{folder} is no backup: its {NAME} cannot be read ({error}).") from None


def describe_file(file: Path) -> dict[str, int | str]:
    with file.open("rb") as stream:
        return {"bytes": file.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def print_of(key: str) -> str:
    """A print of a key of 256 random bits: who has the key can compare it, who has the print learns nothing."""
    return hmac.new(key.encode(), b"convene backup", hashlib.sha256).hexdigest()[:32]


def prints_of(read_secret: Callable[[str], str]) -> dict[str, str]:
    return {name: print_of(read_secret(name)) for name in KEYS}


def check_whole(folder: Path, manifest: Manifest) -> None:
    """Raises UnfitBackupError naming each file that is missing or is not what was written."""
    wrong = [
        name
        for name, described in manifest.files.items()
        if not (folder / name).is_file() or describe_file(folder / name) != described
    ]
    if wrong:
        raise UnfitBackupError(f"The backup is damaged: {', '.join(wrong)}. Nothing was touched.")


def check_known(manifest: Manifest) -> None:
    """Raises UnfitBackupError where it has migrations that this code does not know, or knows otherwise."""
    wrong = [
        f"{service}: {file}"
        for service, files in manifest.migrations.items()
        for file, digest in files.items()
        if migrate.expected(service).get(file) != digest
    ]
    if wrong:
        raise UnfitBackupError(
            f"The backup is of another version of Convene, which has {', '.join(wrong)}. Nothing was touched."
        )


def check_server(manifest: Manifest, server: int) -> None:
    """Raises UnfitBackupError where PostgreSQL is older than the one that the backup is of."""
    if server < manifest.server:
        raise UnfitBackupError(
            f"The backup is of PostgreSQL {manifest.server}; this is {server}, which cannot read it."
        )


def differing_keys(manifest: Manifest, read_secret: Callable[[str], str]) -> list[str]:
    """The keys that are not those with which the data were written."""
    here = prints_of(read_secret)
    return [name for name, known in manifest.keys.items() if not hmac.compare_digest(here.get(name, ""), known)]
