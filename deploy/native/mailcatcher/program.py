"""The mail catcher as a supervised program."""

import sys
from pathlib import Path

from deploy.native.program import Program


def mail_catcher(folder: Path, *, smtp: int, http: tuple[str, int]) -> Program:
    """It takes mails on the loopback at port `smtp`, and shows them at `http`."""
    addresses = ["--smtp", f"127.0.0.1:{smtp}", "--http", f"{http[0]}:{http[1]}"]
    command = [sys.executable, "-m", "deploy.native.mailcatcher", *addresses, str(folder)]
    return Program(name="mail", group="front", command=command)
