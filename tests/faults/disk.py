"""What a database runs out of: a disk that can be full, and connections that are all taken.

The disk is a tmpfs, which root alone may mount. For PostgreSQL, mount it where the folder of its data will be, for
`accounts.database_account()`, before `Postgres.prepare()`: what it writes and its WAL share the disk then.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg

TRIED = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
MEBIBYTE = 1 << 20


class Disk:
    """A disk of `size` bytes mounted at `path`. It costs the memory that is used of it, full or not."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size

    @property
    def used(self) -> int:
        found = os.statvfs(self.path)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    @property
    def left(self) -> int:
        """Bytes that anybody can still write."""
        found = os.statvfs(self.path)
        return found.f_bfree * found.f_frsize

    def fill(self) -> None:
        """Nothing more can be written, not even by who is writing now."""
        while self.left:
            self._resize(self.used)

    def free(self) -> None:
        """There is room again."""
        self._resize(self.size)

    def _resize(self, size: int) -> None:
        """Not below what is used, which may have grown meanwhile: then it stays as it is."""
        command = ["mount", "-o", f"remount,size={size}", str(self.path)]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode and size >= self.used:
            raise OSError(done.stderr.decode())


@cache
def may_mount() -> bool:
    """Whether a disk can be made here."""
    return subprocess.run(TRIED, capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(path: Path, megabytes: int, *, owner: str | None = None) -> Iterator[Disk]:
    """A disk at `path` that belongs to `owner`, until the block ends. Raises CalledProcessError where nobody may."""
    path.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0700" + (f",uid={owner},gid={owner}" if owner else "")
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], check=True)
    try:
        yield Disk(path, megabytes * MEBIBYTE)
    finally:
        # Lazily: a server that is still about to end may keep it until it has.
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextmanager
def no_connections_left(url: str) -> Iterator[int]:
    """Take every connection that the server still gives to the role in `url`, until the block ends; how many.

    What others hold they keep: they are refused the next one.
    """
    with ExitStack() as held:
        taken = 0
        while True:
            try:
                held.enter_context(psycopg.connect(url, autocommit=True, connect_timeout=5))
            except psycopg.OperationalError as error:
                if not any(words in str(error) for words in ("too many", "are reserved for")):
                    raise
                break
            taken += 1
        yield taken
